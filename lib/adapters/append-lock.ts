import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "#lib/domain/errors.ts";
import { systemCode } from "./file-io.ts";

/** Longer than any append takes; a process that was stopped in the middle of one may hold it for ever. */
const WAIT_MS = 10_000;
const PAUSE_MS = 5;

/**
 * Does work while no other process does work under the same file. Kernel locks, taken by SQLite because Node has none of its
 * own: they go with the process, however it ends. Throws `unavailable` when somebody else keeps the lock for ten seconds.
 */
export async function whileLocked<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const lock = await lockOf(path);
  try {
    return await work();
  } finally {
    lock.close();
  }
}

async function lockOf(path: string): Promise<DatabaseSync> {
  for (const deadline = Date.now() + WAIT_MS; ; await sleep(PAUSE_MS)) {
    const lock = tryLock(path);
    if (lock) return lock;
    if (Date.now() > deadline)
      throw new AppError("unavailable", { detail: "Another process keeps the never-forget log." });
  }
}

function tryLock(path: string): DatabaseSync | undefined {
  makeOnce(path);
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA busy_timeout = 0");
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    if (error instanceof Error && /database is locked/.test(error.message)) return undefined;
    throw error;
  }
}

/**
 * Makes the file where there is none. One that is there is not even opened: closing it again would end every lock that this process has on
 * it (POSIX record locks), also that of another log in the same process.
 */
function makeOnce(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}
