import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "#workers/embedded-postgres/free-port.ts";
import { readCompose, ROOT } from "./compose-file.ts";
import { type Native, runNative } from "./native-compose.ts";
import { LISTENERS, nativeServices, type Place } from "./native-services.ts";

// A light form of `soak:start-order`: the small services of the compose file with their own commands and checks, and what they need late,
// dead and back. The stores themselves need programs that not every machine has.

const compose = readCompose();
const folder = mkdtempSync(join(tmpdir(), "trace-share-native-"));
let place: Place;
let running: Native | undefined;
let store: Server | undefined;

beforeAll(async () => {
  mkdirSync(join(folder, "secrets"));
  writeFileSync(join(folder, "secrets", "redis_rest_token"), "x".repeat(43));
  const ports = new Map<string, number>();
  for (const name of LISTENERS) ports.set(name, await freePort());
  place = { folder, ports, programs: {}, roots: { web: ROOT, worker: ROOT }, settings: {} };
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  store?.closeAllConnections();
  store?.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const port = (name: string): number => place.ports.get(name) ?? 0;

async function startStore(): Promise<void> {
  store = createServer((request, response) =>
    response.writeHead(request.url === "/healthz" ? 200 : 404).end(),
  );
  store.listen(port("seaweedfs:8333"), "127.0.0.1");
  await once(store, "listening");
}

function run(...names: string[]): Native {
  const { services } = nativeServices(compose, place);
  // nobody to wait for: as after a restart of the machine, when each is started by itself
  const chosen = services
    .filter(({ name }) => names.includes(name))
    .map((one) => ({ ...one, service: { ...one.service, depends_on: {} } }));
  running = runNative(chosen, { folder });
  return running;
}

async function becomes(native: Native, name: string, healthy: boolean): Promise<void> {
  while ((await native.isHealthy(name)) !== healthy) await sleep(100);
}

describe("a service of the compose file on this machine", () => {
  test("has every address, folder and secret of the compose file replaced", () => {
    const { services } = nativeServices(compose, {
      ...place,
      programs: { meilisearch: process.execPath, weed: process.execPath, valkey: process.execPath },
    });
    expect(services.length).toBeGreaterThan(9);
    for (const { name, args, env, health } of services) {
      const said = JSON.stringify({ args, env: { ...env, PATH: "" }, health: health?.args });
      expect({
        name,
        left: said.match(
          /\/run\/secrets|"\/scratch"|\/owned|0\.0\.0\.0|(?:postgres|meilisearch|seaweedfs|s3-gate|valkey):\d+/g,
        ),
      }).toEqual({ name, left: null });
    }
  });

  test("is skipped by name where its program is missing", () => {
    expect(nativeServices(compose, place).skipped).toEqual([
      "meilisearch: needs TEST_MEILISEARCH_PROGRAM",
      "seaweedfs: needs TEST_WEED_PROGRAM",
      "proxy: no program of it on this machine",
      "valkey: needs TEST_VALKEY_PROGRAM",
    ]);
  });
});

describe("the gate by its own command and check", () => {
  test("is ill while the store is late, well when it comes, ill when it goes, and well when it is back", async () => {
    const native = run("s3-gate");
    while (!native.said("s3-gate").includes("ready")) await sleep(100);
    expect(await native.isHealthy("s3-gate")).toBe(false);
    await startStore();
    await becomes(native, "s3-gate", true);
    store?.closeAllConnections();
    store?.close();
    await becomes(native, "s3-gate", false);
    await startStore();
    await becomes(native, "s3-gate", true);
    expect(native.exits("s3-gate")).toEqual([]);
  });

  test("is started again after it was killed", async () => {
    await startStore();
    const native = run("s3-gate");
    await becomes(native, "s3-gate", true);
    await native.kill("s3-gate");
    expect(await native.isHealthy("s3-gate")).toBe(false);
    native.back("s3-gate");
    await becomes(native, "s3-gate", true);
    expect(native.exits("s3-gate")).toEqual([null]);
  });
});

test("the bridge before Valkey runs without it, and says by its check that it is of no use", async () => {
  const native = run("redis-rest");
  while (!native.said("redis-rest").includes("ready")) await sleep(100);
  expect(await native.isHealthy("redis-rest")).toBe(false);
  expect(native.exits("redis-rest")).toEqual([]);
});
