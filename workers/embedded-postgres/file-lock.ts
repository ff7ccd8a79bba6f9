import { closeSync, existsSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

/** A lock on a file, held until `release` or until the process ends, however it ends. */
export type FileLock = { release(): void };

type Mode = "exclusive" | "shared";

/**
 * Takes the lock if it is free. SQLite is used for its kernel locks alone (Node has no flock of its own): a killed process
 * leaves nothing behind that a later one would have to judge stale. The file stays, empty.
 */
export function tryLock(path: string, mode: Mode = "exclusive"): FileLock | undefined {
  // closing a file lets go of every lock that this process has on it, so one that is there is left alone
  if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA busy_timeout = 0");
    database.exec(mode === "exclusive" ? "BEGIN EXCLUSIVE" : "BEGIN");
    if (mode === "shared") database.prepare("SELECT count(*) FROM sqlite_master").get();
  } catch (error) {
    database.close();
    if (error instanceof Error && /database is locked/.test(error.message)) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}

/** Waits for the lock, up to `timeoutMs`; undefined when somebody else kept it all that time. */
export async function lockFile(
  path: string,
  options: { mode?: Mode; timeoutMs: number },
): Promise<FileLock | undefined> {
  for (const deadline = Date.now() + options.timeoutMs; ; ) {
    const lock = tryLock(path, options.mode);
    if (lock || Date.now() > deadline) return lock;
    await sleep(50);
  }
}
