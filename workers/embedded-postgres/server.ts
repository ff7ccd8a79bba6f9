import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "#lib/domain/errors.ts";
import { keepSecret, prepareDataFolder, reachProblem } from "#workers/data-folder.ts";
import { type Cluster, DATABASE_ROLE, ensureCluster } from "./cluster.ts";
import { databaseUser } from "./database-user.ts";
import { type FileLock, lockFile, tryLock } from "./file-lock.ts";
import { findPostmaster, isAlive, type Postmaster, speaksPostgres } from "./postmaster.ts";
import { findPrograms } from "./programs.ts";
import { startServer, stopServer } from "./process.ts";

/** A running embedded PostgreSQL and our hold on it. */
export type EmbeddedServer = {
  /** Address with the password in it: for child processes, never for a log. */
  url: string;
  port: number;
  pid: number;
  /** True when the server was running already. */
  attached: boolean;
  isAlive(): boolean;
  /** Gives up our hold; the last holder stops the server and waits for its end. */
  release(): Promise<void>;
};

export type EmbeddedOptions = {
  dataDir: string;
  /** False for test data that may be lost with the machine; true otherwise. */
  durable?: boolean;
  /** Port to use if it is free, so that a restarted server is found where it was. */
  wantedPort?: number;
  /** Where copies of the programs are kept when the database user can't reach the checkout. */
  cacheDir?: string;
};

const START_TIMEOUT_MS = 60_000;

/**
 * Attaches to the PostgreSQL of this data folder or starts it, making the cluster the first time. Any number of processes
 * may do so at once: one starts the server, each holds a shared lock, the last one to release stops it. Throws AppError with
 * one plain sentence.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const dataDir = prepareDataFolder(options.dataDir);
  const problem = reachProblem(dataDir);
  if (problem) throw new AppError("configuration_invalid", { detail: problem });
  return withStartLock(dataDir, async () => {
    const cluster = openCluster(dataDir, options);
    ensureCluster(cluster);
    const running = await findRunning(cluster.folder);
    const postmaster = running ?? (await startServer(cluster, options.wantedPort));
    const hold = tryLock(join(dataDir, "postgres.users.lock"), "shared");
    if (!hold)
      throw new AppError("unavailable", { detail: `${dataDir}/postgres.users.lock is held exclusively` });
    return toServer(cluster, { postmaster, attached: running !== undefined, hold });
  });
}

function openCluster(dataDir: string, options: EmbeddedOptions): Cluster {
  const folder = join(dataDir, "postgres");
  if (existsSync(join(folder, "PG_VERSION")) && !existsSync(join(dataDir, "secrets", "postgres-password"))) {
    throw new AppError("configuration_invalid", {
      detail: `${dataDir}/secrets/postgres-password is missing: put it back from a copy, make another one with \`npm run admin -- rotate-secret database-password\`, or choose another DATA_DIR.`,
    });
  }
  const user = databaseUser();
  const programs = findPrograms(user, options.cacheDir);
  const password = keepSecret(dataDir, "postgres-password");
  return { dataDir, folder, programs, user, password, durable: options.durable ?? true };
}

async function withStartLock<Result>(dataDir: string, work: () => Promise<Result>): Promise<Result> {
  const lock = await lockFile(join(dataDir, "postgres.start.lock"), { timeoutMs: START_TIMEOUT_MS });
  if (!lock) {
    throw new AppError("unavailable", {
      detail: "Another process is still starting the embedded PostgreSQL: try again.",
    });
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** The server that runs already, once it is ready; one that is about to end is waited for. */
async function findRunning(folder: string): Promise<Postmaster | undefined> {
  for (const deadline = Date.now() + START_TIMEOUT_MS; ; await sleep(50)) {
    const postmaster = findPostmaster(folder);
    if (!postmaster) return undefined;
    if (postmaster.status === "ready" && (await speaksPostgres(postmaster.port))) return postmaster;
    if (Date.now() > deadline) {
      throw new AppError("unavailable", {
        detail: `The PostgreSQL of this data folder (process ${postmaster.pid}) does not answer: end that process and start again.`,
      });
    }
  }
}

function toServer(
  cluster: Cluster,
  { postmaster, attached, hold }: { postmaster: Postmaster; attached: boolean; hold: FileLock },
): EmbeddedServer {
  const { pid, port } = postmaster;
  let released: Promise<void> | undefined;
  return {
    url: `postgres://${DATABASE_ROLE}:${cluster.password}@127.0.0.1:${port}/postgres`,
    port,
    pid,
    attached,
    isAlive: () => isAlive(pid) && findPostmaster(cluster.folder)?.pid === pid,
    release: () => (released ??= releaseHold(cluster, hold)),
  };
}

async function releaseHold(cluster: Cluster, hold: FileLock): Promise<void> {
  await withStartLock(cluster.dataDir, async () => {
    hold.release();
    const last = tryLock(join(cluster.dataDir, "postgres.users.lock"));
    if (!last) return;
    last.release();
    await stopServer(cluster.folder);
  });
}
