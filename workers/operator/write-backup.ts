import { createReadStream } from "node:fs";
import { mkdir, open, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { type Instance, permanenceLogIn } from "#lib/container.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { copySigningKey } from "#workers/signing-key.ts";
import { copyObjects } from "./backup-objects.ts";
import { copyLog } from "./permanence-copy.ts";
import { say } from "./with-deps.ts";

/** What a backup folder holds beside the signing key. */
export const PARTS = { database: "database.jsonl", objects: "objects", permanence: "permanence" } as const;

/** The parts of an instance that a backup is made of. */
export type BackupSource = {
  deps: Pick<Deps, "objects" | "permanence">;
  backup: Pick<Instance["backup"], "dump">;
  /** File of the instance's signing key. */
  signingKey: string;
};

export type Written = { rows: number; objects: number };

/** The database first: bodies that arrive later are not in it, and bodies of later withdrawals may be missing. */
export async function writeBackup(
  { deps, backup: database, signingKey }: BackupSource,
  folder: string,
  options: { withoutObjects?: boolean } = {},
): Promise<Written> {
  await mkdir(folder, { mode: 0o700 }).catch((cause: unknown) => {
    throw new AppError("configuration_invalid", {
      detail: `${folder} can't be made: name a folder that does not exist yet, in one that does.`,
      cause,
    });
  });
  const rows = await writeRows(database, join(folder, PARTS.database));
  say(`database: ${rows} rows`);
  const objects = options.withoutObjects ? 0 : await copyObjects(deps, join(folder, PARTS.objects));
  say(options.withoutObjects ? "objects: left out, as asked" : `objects: ${objects} files`);
  await copyLog(deps.permanence, permanenceLogIn(join(folder, PARTS.permanence)));
  copySigningKey(signingKey, folder);
  say(`backup written to ${folder}`);
  return { rows, objects };
}

async function writeRows(database: BackupSource["backup"], path: string): Promise<number> {
  const file = await open(path, "wx", 0o600);
  try {
    const { rows } = await database.dump(async (line) => void (await file.write(`${line}\n`)));
    await file.sync();
    return sumOf(rows);
  } finally {
    await file.close();
  }
}

/** The lines of a backup's database. Throws `configuration_invalid` where the folder holds none. */
export async function databaseLines(folder: string): Promise<AsyncIterable<string>> {
  const path = join(folder, PARTS.database);
  if (!(await stat(path).catch(() => null))) {
    throw new AppError("configuration_invalid", { detail: `${folder} holds no backup.` });
  }
  return linesOf(path);
}

/** Opened when the first line is asked for: readline drops what it reads before somebody listens, and then never ends. */
async function* linesOf(path: string): AsyncGenerator<string> {
  yield* createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
}

export function sumOf(rows: Record<string, number>): number {
  return Object.values(rows).reduce((sum, count) => sum + count, 0);
}

/** `npm run admin` starts in the project's folder; npm says where the person is, and paths are meant from there. */
export function fromCaller(path: string): string {
  return resolve(process.env["INIT_CWD"] ?? "", path);
}
