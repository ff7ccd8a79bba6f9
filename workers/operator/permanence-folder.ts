import { copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "#lib/domain/errors.ts";

const FOLDER = "permanence";
const FILE = "log.jsonl";

/** Copies the never-forget log of a data folder into a backup. */
export async function copyLog(dataDir: string, backup: string): Promise<void> {
  await mkdir(join(backup, FOLDER), { recursive: true, mode: 0o700 });
  const log = await readLog(join(dataDir, FOLDER, FILE));
  if (log !== null) await copyFile(join(dataDir, FOLDER, FILE), join(backup, FOLDER, FILE));
}

/**
 * Before a restore: the data folder's own log stays if it goes on from the backup's; where there is none, the backup's is
 * taken. Two logs that went different ways are refused: a person has to find out which one is true.
 */
export async function adoptLog(dataDir: string, backup: string): Promise<void> {
  const own = await readLog(join(dataDir, FOLDER, FILE));
  const saved = await readLog(join(backup, FOLDER, FILE));
  if (saved === null || own?.startsWith(saved)) return;
  if (own === null || own === "" || saved.startsWith(own)) {
    await mkdir(join(dataDir, FOLDER), { recursive: true, mode: 0o700 });
    await copyFile(join(backup, FOLDER, FILE), join(dataDir, FOLDER, FILE));
    return;
  }
  throw new AppError("permanence_broken", {
    detail:
      "The never-forget logs of the data folder and of the backup went different ways. Restore into a fresh data folder.",
  });
}

async function readLog(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  });
}
