import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { interpolate, readCompose, ROOT } from "#e2e/containers/compose-file.ts";
import { type Native, runNative } from "#e2e/containers/native-compose.ts";
import {
  LISTENERS,
  nativeServices,
  type NativeService,
  type Place,
} from "#e2e/containers/native-services.ts";
import { loadConfig } from "#lib/config.ts";
import { openStorage } from "#lib/container.ts";
import { freePort } from "#workers/embedded-postgres/free-port.ts";
import { type Contributing, contributing } from "./contributing.ts";

// `npm run soak:start-order`: the services of docker-compose.yml with their own commands and settings on this machine, each store late,
// dead, and killed and back. What is not on this machine is skipped by name. TEST_WEB_ROOT and TEST_WORKER_ROOT name folders that
// `npm run soak:images` has made; without them our programs run from the checkout, whose pages must be built.

/** `npm run soak:start-order -- killed` takes the attempts with that word in their names alone. */
const CHOSEN = process.argv[2] ?? "";
const LATE_MS = Number(process.env["LATE_SECONDS"] ?? 20) * 1000;
/** No other word in the files of secrets is as long. */
const SECRET_LENGTH = 20;
const PATIENCE_MS = 180_000;
/** The stores, and what /readyz says while one of them is away. */
const STORES: Readonly<Record<string, "down" | "degraded">> = {
  postgres: "down",
  meilisearch: "degraded",
  seaweedfs: "degraded",
  "s3-gate": "degraded",
};

const folder = mkdtempSync(join(tmpdir(), "trace-share-start-order-"));
chmodSync(folder, 0o755);
let failed = 0;
try {
  await main();
} finally {
  if (failed === 0) rmSync(folder, { recursive: true, force: true });
  else say(`the logs are in ${folder}`);
}
process.exit(failed === 0 ? 0 : 1);

async function main(): Promise<void> {
  const place = await preparePlace();
  const { services, skipped } = nativeServices(readCompose(), place);
  for (const line of skipped) say(`skipped: ${line}`);
  const here = new Set(services.map(({ name }) => name));
  const stores = Object.keys(STORES).filter(
    (name) => here.has(name) && (name !== "s3-gate" || here.has("seaweedfs")),
  );
  for (const store of stores) await attempt(`${store} late`, () => late(services, store, place));
  for (const store of stores) await attempt(`${store} dead`, () => dead(services, store, place));
  if (here.has("seaweedfs"))
    await attempt("uploads past the platform", () => pastThePlatform(services, place));
  await attempt("each store killed and back", () => killedAndBack(services, stores, place));
}

async function preparePlace(): Promise<Place> {
  const ports = new Map<string, number>();
  // the object store's other ports follow the one of S3, and each has one for gRPC 10,000 above it
  let next = 20_000 + (process.pid % 2000) * 10;
  for (const name of LISTENERS) {
    ports.set(name, await freePort(next));
    next += 10;
  }
  const made = spawnSync(process.execPath, ["workers/admin.ts", "setup", "--dir", join(folder, "secrets")], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`setup: ${made.stderr}`);
  // the database runs as nobody, who reads its password here
  chmodSync(join(folder, "secrets"), 0o755);
  const root = (name: string) => resolve(process.env[name] ?? ROOT);
  return {
    folder,
    ports,
    programs: {
      meilisearch: process.env["TEST_MEILISEARCH_PROGRAM"],
      weed: process.env["TEST_WEED_PROGRAM"],
      valkey: process.env["TEST_VALKEY_PROGRAM"],
    },
    roots: { web: root("TEST_WEB_ROOT"), worker: root("TEST_WORKER_ROOT") },
    settings: {
      RELEASE_POLICY: "auto",
      PUBLIC_URL: `http://127.0.0.1:${ports.get("web:3000")}`,
      S3_PUBLIC_ENDPOINT: `http://127.0.0.1:${ports.get("s3-gate:8333")}`,
      REDIS_REST_URL: process.env["TEST_VALKEY_PROGRAM"]
        ? `http://127.0.0.1:${ports.get("redis-rest:8079")}`
        : "",
    },
  };
}

/** Everything starts but one store, which comes later: nothing serves before it can, and nobody has to help. */
async function late(services: readonly NativeService[], store: string, place: Place): Promise<void> {
  await withStack(services, { place, away: [store] }, async (native) => {
    await sleep(LATE_MS);
    demand(!(await native.isHealthy("web")), "web claims to be ready although nothing is prepared");
    native.back(store);
    await ready(native, place, "ready");
  });
}

/** A store that never comes: what needs it says so in plain words, names no value and is tried again. */
async function dead(services: readonly NativeService[], store: string, place: Place): Promise<void> {
  const waits: Readonly<Record<string, readonly string[]>> = {
    postgres: ["web", "worker", "migrate"],
    meilisearch: ["init-search"],
    seaweedfs: ["init-storage"],
    "s3-gate": ["init-storage"],
  };
  // as after a restart of the machine: Docker starts each by itself, in no order
  const unordered = services.map((one) => ({ ...one, service: { ...one.service, depends_on: {} } }));
  await withStack(unordered, { place, away: [store] }, async (native) => {
    for (const name of waits[store] ?? []) {
      await until(
        () => /wait|can't|does not answer|not reached|unavailable/i.test(native.said(name)),
        `${name} says what it waits for`,
      );
      demand(!saysSecret(native.said(name)), `${name} says a secret`);
      demand(!native.exits(name).includes(0), `${name} ends as if all were well`);
    }
    for (const name of ["web", "worker"])
      demand(!(await native.isHealthy(name)) || STORES[store] === "degraded", `${name} claims to be well`);
  });
}

/** Any of the secrets that `setup` made; a file with several holds each on a line of its own, or in quotes. */
function saysSecret(text: string): boolean {
  const secrets = readdirSync(join(folder, "secrets"))
    .flatMap((name) => readFileSync(join(folder, "secrets", name), "utf8").split(/["\s]+/))
    .filter((word) => word.length >= SECRET_LENGTH);
  if (secrets.length === 0) throw new Error("setup made no secrets");
  return secrets.some((secret) => text.includes(secret));
}

/** A platform in use: each store goes while uploads and withdrawals come in; what was acknowledged is true when it is back. */
async function killedAndBack(
  services: readonly NativeService[],
  stores: readonly string[],
  place: Place,
): Promise<void> {
  await withStack(services, { place, away: [] }, async (native) => {
    await ready(native, place, "ready");
    const work = await contributing({ place, services });
    for (const store of stores) {
      await work.upload(`before ${store}`);
      await native.kill(store);
      await ready(native, place, STORES[store] ?? "down");
      await work.upload(`without ${store}`);
      await work.withdraw();
      native.back(store);
      await ready(native, place, "ready");
      await work.upload(`after ${store}`);
    }
    await kept(work);
  });
}

/** Into the bucket by addresses that web has signed with its own, small key; what was sent there is cleared away by the worker. */
async function pastThePlatform(services: readonly NativeService[], place: Place): Promise<void> {
  await withStack(services, { place, away: [] }, async (native) => {
    await ready(native, place, "ready");
    const work = await contributing({ place, services, uploadMode: "presigned" });
    await work.upload("past the platform");
    demand(work.sent() > 0, "nothing was acknowledged");
    await kept(work);
    await until(async () => (await left(services)) === 0, "the worker clears away what was sent");
  });
}

/** How much lies where contributors send to, as the worker's key sees it. */
async function left(services: readonly NativeService[]): Promise<number> {
  const worker = services.find(({ name }) => name === "worker");
  const storage = await openStorage(loadConfig(worker?.env ?? {}), "worker");
  try {
    if (storage.incoming === null) throw new Error("the worker has no such place");
    return (await Array.fromAsync(storage.incoming.list())).length;
  } finally {
    storage.close();
  }
}

async function kept(work: Contributing): Promise<void> {
  await until(async () => (await work.missing()).length === 0, "every acknowledged upload is public");
  const back = await work.visibleAgain();
  demand(back.length === 0, `${back.length} withdrawn episodes can be read again`);
  say(`  ${work.figures()}`);
}

type Stack = { place: Place; away: readonly string[] };

async function withStack(
  services: readonly NativeService[],
  { place, away }: Stack,
  body: (native: Native) => Promise<void>,
): Promise<void> {
  rmSync(join(folder, "volumes"), { recursive: true, force: true });
  rmSync(join(folder, "logs"), { recursive: true, force: true });
  const native = runNative(services, { folder: place.folder, away });
  try {
    await body(native);
  } finally {
    await native.stop();
  }
}

/** Waits until /readyz and the compose file's own check say the same, and that it is this. */
async function ready(native: Native, place: Place, wanted: "ready" | "degraded" | "down"): Promise<void> {
  const began = Date.now();
  let said = "";
  await until(
    async () => (said = await readiness(place)) === wanted,
    () => `/readyz says ${wanted}, not ${said}`,
  );
  demand(
    (await native.isHealthy("web")) === (wanted !== "down"),
    "the health check of web says something else than /readyz",
  );
  await until(
    async () => (await native.isHealthy("worker")) === (wanted !== "down"),
    `the health check of the worker says something else than ${wanted}`,
  );
  say(`  ${wanted} after ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

async function readiness(place: Place): Promise<string> {
  try {
    const url = interpolate(place.settings["PUBLIC_URL"] ?? "");
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10_000) });
    const said: unknown = await response.json();
    return typeof said === "object" && said !== null && "status" in said ? String(said.status) : "nothing";
  } catch {
    return "nothing";
  }
}

async function until(holds: () => boolean | Promise<boolean>, what: string | (() => string)): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !(await holds()); await sleep(500))
    if (Date.now() > deadline) throw new Error(`waited in vain: ${typeof what === "string" ? what : what()}`);
}

function demand(holds: boolean, fault: string): void {
  if (!holds) throw new Error(fault);
}

async function attempt(name: string, run: () => Promise<void>): Promise<void> {
  if (!name.includes(CHOSEN)) return;
  const began = Date.now();
  try {
    await run();
    say(`passed: ${name} (${Math.round((Date.now() - began) / 1000)} s)`);
  } catch (error) {
    failed += 1;
    say(`FAILED: ${name}: ${error instanceof Error ? error.message : "unknown"}`);
    if (existsSync(join(folder, "logs"))) say(`  logs: ${join(folder, "logs")}`);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
