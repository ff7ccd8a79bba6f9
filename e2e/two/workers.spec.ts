import { globSync, readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import { connect } from "#db/client.ts";
import { call } from "#e2e/wire/http.ts";
import { test, type WireInstance } from "#e2e/wire/instance.ts";
import { recordV2 } from "#e2e/wire/records.ts";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import type { SnapshotFile } from "#lib/ports/snapshots.ts";
import { rebuildSnapshot, requestSnapshot } from "#lib/services/release.ts";
import { publish } from "./processes.ts";

// A worker that dies or is stopped in the middle of a job. The other takes the job over when it has been silent for a minute, so
// each of these takes some minutes; `npm test` leaves them out (e2e/two.config.ts).

const TAKEN_OVER_MS = 240_000;
test.describe.configure({ mode: "serial", timeout: 600_000 });

/** Workers of this instance that run now: one that was killed has been started again under another number. */
function workersNow(instance: string): number[] {
  return globSync("/proc/[0-9]*/cmdline").flatMap((path) => {
    try {
      const pid = Number(path.split("/")[2]);
      const isWorker = readFileSync(path, "utf8").split("\0").includes("workers/main.ts");
      const isOurs = readFileSync(`/proc/${pid}/environ`, "utf8")
        .split("\0")
        .includes(`DATA_DIR=${instance}`);
      return isWorker && isOurs ? [pid] : [];
    } catch {
      return [];
    }
  });
}

async function twoWorkers(): Promise<{ one: number; other: number }> {
  const { DATA_DIR = "" } = JSON.parse(process.env["WALK_ENV"] ?? "{}") as Record<string, string>; // of the global setup
  await expect.poll(() => workersNow(DATA_DIR).length, { timeout: 30_000 }).toBe(2);
  const [one = 0, other = 0] = workersNow(DATA_DIR);
  return { one, other };
}

/** Keeps whoever reads a snapshot's members waiting, in the middle of a build and outside of a transaction. */
async function holdMembers(work: () => Promise<void>): Promise<void> {
  const { DATABASE_URL = "" } = JSON.parse(process.env["WALK_ENV"] ?? "{}") as Record<string, string>; // of the global setup
  const { sql, close } = connect(DATABASE_URL, { max: 1 });
  try {
    await sql.begin(async (held) => {
      await held`lock table snapshot_member in access exclusive mode`;
      await work();
    });
  } finally {
    await close();
  }
}

async function stateOf({ deps }: WireInstance, version: string): Promise<string | undefined> {
  return (await deps.store.snapshots.byVersion(version))?.state;
}

/** Requests a build that only `worker` can take, and does something to that worker in the middle of it. */
async function interrupted(
  instance: WireInstance,
  version: string,
  { other, interrupt }: { other: number; interrupt: () => void },
): Promise<void> {
  process.kill(other, "SIGSTOP");
  try {
    // members are written before the table is held, so the job waits for the one worker that runs
    await holdMembersAfter(instance, version, interrupt);
  } finally {
    process.kill(other, "SIGCONT");
  }
}

async function holdMembersAfter(
  instance: WireInstance,
  version: string,
  interrupt: () => void,
): Promise<void> {
  const { id } = await requestSnapshot(instance.deps, OPERATOR, { version });
  await expect.poll(() => stateOf(instance, version), { timeout: 60_000, intervals: [5] }).toBe("building");
  await holdMembers(async () => {
    interrupt();
    expect((await instance.deps.store.snapshots.byId(id))?.state).toBe("building");
  });
}

async function contents(
  instance: WireInstance,
  version: string,
): Promise<Pick<SnapshotFile, "name" | "sha256">[]> {
  const snapshot = await instance.deps.store.snapshots.byVersion(version);
  const files = await instance.deps.store.snapshots.files(snapshot?.id ?? "");
  return files.map(({ name, sha256 }) => ({ name, sha256 })).filter(({ name }) => name.endsWith(".zst"));
}

async function eventsOf({ deps }: WireInstance, version: string): Promise<string[]> {
  const snapshot = await deps.store.snapshots.byVersion(version);
  return (await deps.store.snapshots.log(snapshot?.id ?? "")).map(({ event }) => event);
}

async function objectsOf({ deps }: WireInstance, version: string): Promise<string[]> {
  return (await Array.fromAsync(deps.objects.list(`snapshots/${version}/`))).sort();
}

test.beforeAll(async ({ instance }) => {
  const who = await instance.contributor();
  for (let n = 0; n < 3; n += 1) await publish(instance, who);
});

test("a build whose worker is killed is done by the other, byte for byte as undisturbed", async ({
  instance,
}) => {
  const { one, other } = await twoWorkers();
  await interrupted(instance, "8.0.0", { other, interrupt: () => process.kill(one, "SIGKILL") });
  await expect.poll(() => stateOf(instance, "8.0.0"), { timeout: TAKEN_OVER_MS }).toBe("verified");
  const built = await contents(instance, "8.0.0");
  expect(await objectsOf(instance, "8.0.0")).toHaveLength(7);
  expect((await eventsOf(instance, "8.0.0")).filter((event) => event === "verified")).toHaveLength(1);
  await rebuildSnapshot(instance.deps, OPERATOR, { version: "8.0.0" });
  await expect.poll(() => stateOf(instance, "8.0.0"), { timeout: 60_000 }).toBe("verified");
  expect(await contents(instance, "8.0.0")).toEqual(built);
  expect(built).toHaveLength(4);
});

test("a worker that wakes up after its build was done by the other changes nothing", async ({ instance }) => {
  const { one, other } = await twoWorkers();
  await interrupted(instance, "8.1.0", { other, interrupt: () => process.kill(one, "SIGSTOP") });
  try {
    await expect.poll(() => stateOf(instance, "8.1.0"), { timeout: TAKEN_OVER_MS }).toBe("verified");
  } finally {
    process.kill(one, "SIGCONT");
  }
  const [events, objects] = [await eventsOf(instance, "8.1.0"), await objectsOf(instance, "8.1.0")];
  // the woken worker works on: an upload that waited for it is done, and by then it has come to its late build
  await publish(instance, await instance.contributor());
  await new Promise((done) => setTimeout(done, 5_000));
  expect(await stateOf(instance, "8.1.0")).toBe("verified");
  expect(await eventsOf(instance, "8.1.0")).toEqual(events);
  expect(await objectsOf(instance, "8.1.0")).toEqual(objects);
  expect(objects).toHaveLength(7);
});

test("uploads whose workers are both killed are each published once", async ({ instance }) => {
  const { deps, url } = instance;
  const { one, other } = await twoWorkers();
  const { token } = await instance.contributor();
  const records = Array.from({ length: 12 }, () => recordV2(instance.word()));
  for (const [n, record] of records.entries()) {
    expect((await call(url, { path: "/v1/episodes", token, body: record })).status).toBe(201);
    if (n === 5) process.kill(one, "SIGKILL");
    if (n === 9) process.kill(other, "SIGKILL");
  }
  const ids = records.map(({ id }) => id);
  const published = async () =>
    [...(await deps.store.episodes.statesOf(ids)).values()].filter((state) => state === "published");
  await expect.poll(async () => (await published()).length, { timeout: TAKEN_OVER_MS }).toBe(12);
  for (const id of ids) {
    const events = (await deps.store.episodes.log(id)).map(({ type }) => type);
    expect(events.filter((type) => type === "auto_released")).toHaveLength(1);
    await expect
      .poll(async () => (await call(url, { path: `/v1/episodes/${id}` })).status, { timeout: TAKEN_OVER_MS })
      .toBe(200);
  }
  const pending = async () =>
    Object.values(await deps.jobOffice.pending()).reduce((sum, count) => sum + count, 0);
  await expect.poll(pending, { timeout: TAKEN_OVER_MS }).toBe(0);
  expect(await deps.jobOffice.parked()).toEqual([]);
});
