import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statfsSync,
  statSync,
  writeSync,
} from "node:fs";
import { join, resolve } from "node:path";
import type { Config } from "#lib/config.ts";
import { AppError } from "#lib/domain/errors.ts";
import { closedFolder, databaseUser } from "./embedded-postgres/database-user.ts";
import { makeFolder } from "./make-folder.ts";

/** Below this the database could stop in the middle of a write, so nothing is started. */
const LEAST_FREE_BYTES = 64 * 1024 * 1024;

/**
 * Makes the data folder when it is missing and checks that it can be worked in. Answers its absolute path; throws AppError
 * with one plain sentence when it can't be used.
 */
export function prepareDataFolder(dataDir: string): string {
  const folder = resolve(dataDir);
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw wrongFolder(`DATA_DIR ${folder} is a file: name a folder, or move the file away.`);
  }
  try {
    // Entered by the database user when root runs the platform; what lies in it has modes of its own.
    makeFolder(folder, databaseUser() ? 0o711 : 0o700);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unusable(folder, cause);
  }
  assertRoom(folder);
  return folder;
}

/** The absolute path of the data folder, prepared where something of the instance lies in it. Throws as `prepareDataFolder` does. */
export function dataFolderOf(config: Config): string {
  return needsDataFolder(config) ? prepareDataFolder(config.dataDir) : resolve(config.dataDir);
}

/** False where nothing of an instance lies on this machine: then not even the folder is made, and the file system may be read-only. */
export function needsDataFolder(config: Config): boolean {
  const { databaseUrl, s3, authSecret, signingKeyFile } = config;
  return [databaseUrl, s3, authSecret, signingKeyFile].some((elsewhere) => elsewhere === undefined);
}

/**
 * Why the database user could not work in this folder, as one sentence, or undefined when it could. Only root has another
 * user for the database.
 */
export function reachProblem(dataDir: string): string | undefined {
  const user = databaseUser();
  const closed = user ? closedFolder(resolve(dataDir), user) : undefined;
  if (!closed) return undefined;
  return `DATA_DIR ${resolve(dataDir)} can't be reached by the database, which does not run as root: ${closed} is closed to other users. Choose another place, for example DATA_DIR=/var/lib/trace-share.`;
}

/** The secret kept under this name in the data folder, made on first use; readable by the platform's own user alone. */
export function keepSecret(dataDir: string, name: string): string {
  const folder = join(dataDir, "secrets");
  makeFolder(folder, 0o700);
  const path = join(folder, name);
  return readSecret(path) ?? writeSecret(path);
}

/** Puts a fresh secret in the place of the kept one, whole or not at all. */
export function replaceSecret(dataDir: string, name: string): string {
  const folder = join(dataDir, "secrets");
  makeFolder(folder, 0o700);
  return writeSecret(join(folder, name));
}

function readSecret(path: string): string | undefined {
  if (!statSync(path, { throwIfNoEntry: false })) return undefined;
  const secret = readFileSync(path, "utf8").trim();
  if (secret.length >= 32) return secret;
  throw wrongFolder(`${path} is damaged: put it back from a backup.`);
}

/** Durable and whole before it is used: the database keeps this password, so losing it would lock us out. */
function writeSecret(path: string): string {
  const secret = randomBytes(32).toString("base64url");
  const partial = `${path}.partial`;
  const file = openSync(partial, "w", 0o600);
  writeSync(file, secret);
  fsyncSync(file);
  closeSync(file);
  renameSync(partial, path);
  return secret;
}

function assertRoom(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= LEAST_FREE_BYTES) return;
  const megabytes = (bytes: number) => `${Math.floor(bytes / 1024 / 1024)} MB`;
  throw new AppError("storage_full", {
    detail: `DATA_DIR ${folder} has ${megabytes(free)} free and needs ${megabytes(LEAST_FREE_BYTES)}: make room, or choose another DATA_DIR.`,
  });
}

function unusable(folder: string, cause: unknown): AppError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new AppError("storage_full", {
      detail: `DATA_DIR ${folder} is on a full disk: make room, or choose another DATA_DIR.`,
      cause,
    });
  }
  return new AppError("configuration_invalid", {
    detail: `DATA_DIR ${folder} can't be written to (${String(code)}): give this user the right to write there, or choose another DATA_DIR.`,
    cause,
  });
}

function wrongFolder(detail: string): AppError {
  return new AppError("configuration_invalid", { detail });
}
