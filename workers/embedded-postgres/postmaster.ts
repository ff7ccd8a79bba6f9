import { spawnSync } from "node:child_process";
import { chownSync, readFileSync, readlinkSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { basename, join } from "node:path";

/** What PostgreSQL writes about itself into `postmaster.pid`. */
export type Postmaster = { pid: number; port: number; status: string };

/** SSLRequest of the PostgreSQL protocol: any PostgreSQL server answers it with one letter, before any password. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * The living server of this data folder, or undefined. A stale pid file may name a process of somebody else by now, so the
 * pid alone proves nothing: the process must be a PostgreSQL that works in this very folder.
 */
export function findPostmaster(folder: string): Postmaster | undefined {
  const lines = readPidFile(folder);
  const pid = Number(lines?.[0]);
  const port = Number(lines?.[3]);
  if (!lines || !Number.isInteger(pid) || pid <= 0) return undefined;
  if (!isAlive(pid) || !worksIn(pid, folder)) return undefined;
  return { pid, port: Number.isInteger(port) ? port : 0, status: (lines[7] ?? "").trim() };
}

/**
 * Takes a stale pid out of `postmaster.pid` when it names a living process that is not this folder's server (a reused pid, or
 * a killed server that nobody has reaped yet): PostgreSQL looks no further than at the pid and would refuse to start. The
 * rest of the file stays, because PostgreSQL finds by it whether processes of the killed server still use its memory.
 */
export function forgetStalePid(folder: string, deadPid: () => number): void {
  const [pid, ...rest] = readPidFile(folder) ?? [];
  if (pid === undefined || !isAlive(Number(pid)) || findPostmaster(folder)) return;
  const path = join(folder, "postmaster.pid");
  const { uid, gid } = statSync(path);
  writeFileSync(path, [deadPid(), ...rest].join("\n"));
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
}

/** Whether a process with this id exists; a process that is not ours counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Whether a PostgreSQL server answers on this port of 127.0.0.1, within a second. */
export function speaksPostgres(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => end(false));
    socket.once("error", () => end(false));
    socket.once("connect", () => socket.write(SSL_REQUEST));
    socket.once("data", (data) => end(data.length === 1 && (data[0] === 0x4e || data[0] === 0x53)));
  });
}

function readPidFile(folder: string): string[] | undefined {
  try {
    return readFileSync(join(folder, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return undefined;
  }
}

function worksIn(pid: number, folder: string): boolean {
  if (process.platform === "win32") return true;
  if (process.platform !== "linux") return commandLine(pid).includes(folder);
  try {
    const program = basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, "");
    return program === "postgres" && readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder);
  } catch {
    return false;
  }
}

function commandLine(pid: number): string {
  return spawnSync("ps", ["-ww", "-o", "command=", "-p", String(pid)], { encoding: "utf8" }).stdout ?? "";
}
