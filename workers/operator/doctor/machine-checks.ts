import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Config } from "#lib/config.ts";
import { needsDataFolder, reachProblem } from "#workers/data-folder.ts";
import { freeBytes, freeShare, megabytes } from "#workers/operator/disk.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const LEAST_BYTES = 64 * 1024 * 1024;
const ROOMY_BYTES = 20 * 1024 * 1024 * 1024;
const LEAST_SHARE = 0.15;
const SLOW_FSYNC_MS = 50;
const FSYNCS = 7;

/** Node, as the project pins it. */
export async function checkNode(): Promise<Finding[]> {
  const manifest: unknown = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  const wanted = pinnedNode(manifest);
  const running = process.versions.node;
  if (wanted === undefined || wanted === running) return [ok("node_version", `Node ${running}`)];
  const todo = "start it with `npm run`, which hands over to the Node that comes with the packages";
  return [warn("node_version", `Node ${running} runs and ${wanted} is what was tested`, todo)];
}

function pinnedNode(manifest: unknown): string | undefined {
  const packages: unknown = fieldOf(manifest, "devDependencies");
  const version = fieldOf(packages, "node");
  return typeof version === "string" ? version : undefined;
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

/** Room, rights and speed of the data folder where something of the instance lies in it, and room for temporary files. */
export function checkFolders(config: Config): Finding[] {
  const { dataDir, databaseUrl } = config;
  const folder = resolve(dataDir);
  if (!needsDataFolder(config))
    return [
      ok("data_folder", "none is needed: nothing lies on this machine"),
      checkRoom("disk_temp", tmpdir()),
    ];
  if (!existsSync(folder)) {
    const todo = "`npm start` makes it; if there was one, check DATA_DIR";
    return [warn("data_folder", `${folder} does not exist yet`, todo), checkRoom("disk_data", folder)];
  }
  const problem = databaseUrl === undefined ? reachProblem(folder) : undefined;
  return [
    problem
      ? fail("data_folder", "the database's user can't reach the data folder", problem)
      : ok("data_folder", folder),
    ...checkOwners(folder),
    checkRoom("disk_data", folder),
    checkRoom("disk_temp", tmpdir()),
    checkFsync(folder),
  ];
}

function checkRoom(code: string, folder: string): Finding {
  const free = freeBytes(folder);
  const said = `${megabytes(free)} free at ${folder}`;
  if (free < LEAST_BYTES)
    return fail(code, said, "make room: below 64 MB nothing starts and nothing is written");
  if (freeShare(folder) < LEAST_SHARE && free < ROOMY_BYTES)
    return warn(code, `${said}, less than 15 % of the disk`, "make room before it is full");
  return ok(code, said);
}

/** Secrets are for the platform's own user alone. Windows has no such modes. */
function checkOwners(folder: string): Finding[] {
  const user = process.getuid?.();
  if (user === undefined) return [];
  const findings: Finding[] = [];
  const secrets = join(folder, "secrets");
  const paths = existsSync(secrets)
    ? [secrets, ...readdirSync(secrets).map((name) => join(secrets, name))]
    : [];
  const open = paths.filter((path) => (statSync(path).mode & 0o077) !== 0);
  findings.push(
    open.length === 0
      ? ok("secrets_mode", "secrets are readable by their owner alone")
      : fail("secrets_mode", `others can reach ${open.join(", ")}`, `chmod go-rwx ${open.join(" ")}`),
  );
  const { uid } = statSync(folder);
  findings.push(
    uid === user
      ? ok("data_owner", `the data folder belongs to this user (${uid})`)
      : warn(
          "data_owner",
          `the data folder belongs to user ${uid} and this command runs as ${user}`,
          "run trace-share and its commands as the same user",
        ),
  );
  return findings;
}

/** How long a small write takes to be on the disk: each upload and each withdrawal waits for one. */
function checkFsync(folder: string): Finding {
  const path = join(folder, `.doctor-${process.pid}`);
  const times: number[] = [];
  const file = openSync(path, "wx", 0o600);
  try {
    for (let count = 0; count < FSYNCS; count += 1) {
      const began = performance.now();
      writeSync(file, Buffer.alloc(4096));
      fsyncSync(file);
      times.push(performance.now() - began);
    }
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
  const middle = times.sort((a, b) => a - b)[Math.floor(FSYNCS / 2)] ?? 0;
  const said = `a durable write takes ${middle.toFixed(1)} ms`;
  if (middle <= SLOW_FSYNC_MS) return ok("fsync", said);
  return warn("fsync", said, "put DATA_DIR on a faster disk, or find out what else writes there");
}
