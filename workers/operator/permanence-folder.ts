import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "#lib/domain/errors.ts";

const FOLDER = "permanence";
const FILE = "log.jsonl";

/** Copies the never-forget log of a data folder into a backup, as far as its lines are whole. */
export async function copyLog(dataDir: string, backup: string): Promise<void> {
  const log = await readLog(join(dataDir, FOLDER, FILE));
  if (log !== "") await writeLog(join(backup, FOLDER), log);
}

/**
 * Before a restore: the data folder's own log stays if it goes on from the backup's; where there is none, or only the
 * beginning of it, the backup's is taken. Two logs that went different ways are refused: a person has to find out which one is
 * true. What a crash left of a line after the last whole one counts for neither.
 */
export async function adoptLog(dataDir: string, backup: string): Promise<void> {
  const own = await readLog(join(dataDir, FOLDER, FILE));
  const saved = await readLog(join(backup, FOLDER, FILE));
  if (own.startsWith(saved)) return;
  if (saved.startsWith(own)) return writeLog(join(dataDir, FOLDER), saved);
  throw new AppError("permanence_broken", {
    detail:
      "The never-forget logs of the data folder and of the backup went different ways. Restore into a fresh data folder.",
  });
}

/** The whole lines of a log; nothing where there is none. */
async function readLog(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  });
  return text.slice(0, text.lastIndexOf("\n") + 1);
}

/** Whole or not at all: a log that a crash cut in half would look like one that has lost its end. */
async function writeLog(folder: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${FILE}.${process.pid}`);
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(path, join(folder, FILE));
}
