import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { AppError } from "#lib/domain/errors.ts";
import type { DatabaseUser } from "./database-user.ts";
import type { Programs } from "./programs.ts";

/** Name of the database superuser; the password is random and lives in the data folder. */
export const DATABASE_ROLE = "trace_share";

/** Everything that concerns one cluster on disk. */
export type Cluster = {
  /** The data folder of the instance. */
  dataDir: string;
  /** PostgreSQL's own folder in it. */
  folder: string;
  programs: Programs;
  user: DatabaseUser | undefined;
  password: string;
  /** False only in tests: a crash of the machine may then lose data. */
  durable: boolean;
};

/** The environment of the database's programs: nothing of ours, above all no secret and no PG* variable. */
export function databaseEnvironment(): NodeJS.ProcessEnv {
  const kept = ["PATH", "SystemRoot", "TEMP", "TMP"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), NODE_ENV: "production", LC_ALL: "C", TZ: "UTC" };
}

/** Makes the cluster when there is none; refuses a folder that holds something else or another major version. */
export function ensureCluster(cluster: Cluster): void {
  const versionFile = join(cluster.folder, "PG_VERSION");
  if (existsSync(versionFile)) {
    assertMajor(readFileSync(versionFile, "utf8").trim(), cluster);
    return;
  }
  if (existsSync(cluster.folder) && readdirSync(cluster.folder).length > 0) {
    throw new AppError("configuration_invalid", {
      detail: `${cluster.folder} holds files that are no PostgreSQL data: move them away, or choose another DATA_DIR.`,
    });
  }
  makeCluster(cluster);
}

function assertMajor(found: string, { folder, programs }: Cluster): void {
  if (found === String(programs.major)) return;
  const version = /^[0-9.]{1,8}$/.test(found) ? found : "an unknown version";
  throw new AppError("configuration_invalid", {
    detail: `${folder} holds data of PostgreSQL ${version} and this trace-share brings PostgreSQL ${programs.major}: run \`npm run admin -- backup\` with the trace-share that made it and restore that backup into a new DATA_DIR.`,
  });
}

/** Built beside its place and renamed into it, so that an initdb that was cut off leaves no half cluster. */
function makeCluster(cluster: Cluster): void {
  const { folder, user } = cluster;
  const partial = `${folder}.partial`;
  const passwordFile = `${folder}.initial-password`;
  rmSync(partial, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  mkdirSync(partial);
  chmodSync(partial, 0o700);
  writeFileSync(passwordFile, cluster.password, { mode: 0o600 });
  try {
    for (const path of user ? [partial, passwordFile] : []) chownSync(path, user?.uid ?? 0, user?.gid ?? 0);
    runInitdb(cluster, { partial, passwordFile });
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(partial, { recursive: true, force: true });
  }
}

function runInitdb(
  cluster: Cluster,
  { partial, passwordFile }: { partial: string; passwordFile: string },
): void {
  const result = spawnSync(
    cluster.programs.initdb,
    [
      `--pgdata=${partial}`,
      `--username=${DATABASE_ROLE}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      ...(cluster.durable ? [] : ["--no-sync"]),
    ],
    { ...cluster.user, cwd: partial, env: databaseEnvironment(), encoding: "utf8" },
  );
  if (result.status !== 0) throw startError(cluster, result.error?.message ?? result.stderr, result.error);
}

/** Turns what PostgreSQL said into the one sentence that helps. */
export function startError(cluster: Cluster, said: string, cause?: unknown): AppError {
  if (/No space left on device|Disk quota exceeded/.test(said)) {
    const detail = `DATA_DIR ${cluster.dataDir} is on a full disk: make room, or choose another DATA_DIR.`;
    return new AppError("storage_full", { detail, cause });
  }
  if (/Permission denied|EACCES|EPERM/.test(said)) {
    const detail = `The embedded PostgreSQL may not use DATA_DIR ${cluster.dataDir}: it must belong to the user who starts trace-share and every folder above it must be open to the database.`;
    return new AppError("configuration_invalid", { detail, cause });
  }
  const last =
    said
      .trim()
      .split("\n")
      .findLast((line) => /FATAL|PANIC|error/i.test(line)) ?? said.trim();
  const detail = `The embedded PostgreSQL did not start: ${last.replace(/^.*?(?=FATAL|PANIC)/, "").slice(0, 300)} (the whole log is ${join(cluster.dataDir, "postgres.log")})`;
  return new AppError("unavailable", { detail, cause });
}
