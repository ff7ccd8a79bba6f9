import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Cluster, databaseEnvironment, startError } from "./cluster.ts";
import { freePort } from "./free-port.ts";
import { findPostmaster, forgetStalePid, isAlive, type Postmaster } from "./postmaster.ts";

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 8_000;

/** Tries again for a while: after a kill the old server's memory, or a port taken in between, may be in the way. */
export async function startServer(cluster: Cluster, wantedPort: number | undefined): Promise<Postmaster> {
  for (let attempt = 1; ; attempt += 1) {
    // Any process that has just ended will do as a pid that is surely dead.
    forgetStalePid(cluster.folder, () => spawnSync(process.execPath, ["--version"]).pid);
    const log = openLog(cluster.dataDir);
    const child = spawnServer(cluster, { port: await freePort(wantedPort), log: log.file });
    closeSync(log.file);
    const postmaster = await waitUntilReady(cluster, child);
    if (postmaster) return postmaster;
    const said = readFileSync(log.path, "utf8").slice(log.start);
    const passes =
      /pre-existing shared memory block|lock file .* already exists|Address already in use|could not bind/.test(
        said,
      );
    if (!passes || attempt === 20) throw startError(cluster, said);
    await sleep(500);
  }
}

function spawnServer(cluster: Cluster, { port, log }: { port: number; log: number }): ChildProcess {
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    timezone: "UTC",
    log_timezone: "UTC",
    shared_buffers: "64MB",
    max_connections: "100",
    // What failed in a statement is our business and may hold uploaded text: the log tells of the server alone.
    log_min_messages: "log",
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    log_checkpoints: "off",
    ...(cluster.durable ? {} : { fsync: "off", full_page_writes: "off" }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  // A session of its own: Ctrl-C in the terminal must reach us first, so that web and worker end before their database.
  const child = spawn(cluster.programs.postgres, ["-D", cluster.folder, "-p", String(port), ...flags], {
    ...cluster.user,
    cwd: cluster.folder,
    env: databaseEnvironment(),
    stdio: ["ignore", log, log],
    detached: true,
    windowsHide: true,
  });
  child.unref();
  return child;
}

/** Undefined when the server ended instead of becoming ready. */
async function waitUntilReady(cluster: Cluster, child: ChildProcess): Promise<Postmaster | undefined> {
  let failure: Error | undefined;
  child.once("error", (error) => {
    failure = error;
  });
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(20)) {
    if (failure) throw startError(cluster, failure.message, failure);
    if (child.exitCode !== null || child.signalCode !== null) return undefined;
    const postmaster = findPostmaster(cluster.folder);
    if (postmaster?.pid === child.pid && postmaster?.status === "ready") return postmaster;
  }
  child.kill("SIGQUIT");
  throw startError(cluster, `not ready within ${START_TIMEOUT_MS / 1000} s`);
}

/** One older log is kept; the log of PostgreSQL is for start-up faults, so it stays small. */
function openLog(dataDir: string): { file: number; path: string; start: number } {
  const path = resolve(dataDir, "postgres.log");
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const full = size > 4 * 1024 * 1024;
  if (full) renameSync(path, `${path}.old`);
  return { file: openSync(path, "a", 0o600), path, start: full ? 0 : size };
}

/** Fast shutdown (open transactions are rolled back), then an immediate one, from which the next start recovers. */
export async function stopServer(folder: string): Promise<void> {
  const postmaster = findPostmaster(folder);
  if (!postmaster) return;
  process.kill(postmaster.pid, "SIGINT");
  for (const deadline = Date.now() + STOP_TIMEOUT_MS; isAlive(postmaster.pid); await sleep(20)) {
    if (Date.now() < deadline) continue;
    if (findPostmaster(folder)?.pid === postmaster.pid) process.kill(postmaster.pid, "SIGQUIT");
    return;
  }
}
