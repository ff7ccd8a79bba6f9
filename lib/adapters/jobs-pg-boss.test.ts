import type { PgBoss } from "pg-boss";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { connect, type DatabaseHandle } from "#db/client.ts";
import { createStore } from "#db/store.ts";
import { testDatabase, type TestDatabase } from "#db/testing/database.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { Store } from "#lib/ports/store.ts";
import {
  connectJobs,
  createJobOffice,
  createJobQueue,
  type JobHandlers,
  prepareJobs,
  startWorkers,
} from "./jobs-pg-boss.ts";
import { currentRequest, requestStorage } from "./request-context.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);

let database: TestDatabase;
let handle: DatabaseHandle;
let sender: PgBoss;
let store: Store;
let workers: PgBoss[] = [];

beforeAll(async () => {
  database = await testDatabase();
  await prepareJobs(database.url);
  handle = connect(database.url, { max: 4 });
  sender = await connectJobs(database.url, { role: "web", onError: failOn });
  store = createStore(handle, (db) => createJobQueue(sender, db));
});
beforeEach(async () => {
  await sender.deleteAllJobs();
});
afterEach(async () => {
  await Promise.all(workers.map((boss) => boss.stop({ timeout: 5_000 })));
  workers = [];
});
afterAll(async () => {
  await sender.stop({ graceful: false });
  await handle.close();
  await database.drop();
});

function failOn(error: unknown): void {
  throw error;
}

async function work(
  handlers: Partial<JobHandlers>,
  onFailure: (code: string) => void = () => {},
): Promise<void> {
  const boss = await connectJobs(database.url, { role: "worker", onError: failOn });
  workers.push(boss);
  const nothing = async () => {};
  const all: JobHandlers = {
    "store-body": nothing,
    "clear-incoming": nothing,
    screen: nothing,
    project: nothing,
    purge: nothing,
    "build-snapshot": nothing,
    sweep: nothing,
    rescan: nothing,
    ...handlers,
  };
  await startWorkers(boss, all, { concurrency: 4, onFailure: ({ code }) => onFailure(code) });
}

test("a job names the request that asked for it to whoever works on it", async () => {
  const id = crypto.randomUUID();
  await requestStorage().run({ id, isPrivate: true }, () =>
    store.jobs.enqueue({ name: "screen", episodeId: A }),
  );
  await store.jobs.enqueue({ name: "screen", episodeId: B });
  const seen = new Map<string, string | undefined>();
  const done = Promise.withResolvers<void>();
  await work({
    screen: async ({ episodeId }) => {
      seen.set(episodeId, currentRequest()?.id);
      if (seen.size === 2) done.resolve();
    },
  });
  await done.promise;
  expect([seen.get(A), seen.get(B)]).toEqual([id, undefined]);
});

test("a job is committed with its transaction, and rolled back with it", async () => {
  await expect(
    store.transaction(async (tx) => {
      await tx.jobs.enqueue({ name: "screen", episodeId: A });
      throw new AppError("paused");
    }),
  ).rejects.toMatchObject({ code: "paused" });
  expect((await createJobOffice(sender).pending()).screen).toBe(0);
  await store.transaction(async (tx) => {
    await tx.jobs.enqueue({ name: "screen", episodeId: A });
    await expect(
      tx.transaction(async (inner) => {
        await inner.jobs.enqueue({ name: "screen", episodeId: B });
        throw new AppError("paused");
      }),
    ).rejects.toMatchObject({ code: "paused" });
  });
  expect((await createJobOffice(sender).pending()).screen).toBe(1);
});

test("a worker is woken by the commit and gets the job by name and subject", async () => {
  const seen: unknown[] = [];
  await work({
    project: async (job) => void seen.push(job),
    "build-snapshot": async (job) => void seen.push(job),
  });
  await store.transaction((tx) => tx.jobs.enqueue({ name: "project", episodeId: A }));
  await store.jobs.enqueue({ name: "build-snapshot", snapshotId: "7d9c2b52-2f7a-4d0e-9a39-0f5a5c1b1c11" });
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(2);
  expect(seen).toContainEqual({ name: "project", episodeId: A });
  expect(seen).toContainEqual({ name: "build-snapshot", snapshotId: "7d9c2b52-2f7a-4d0e-9a39-0f5a5c1b1c11" });
});

test("jobs of one subject run one after the other, jobs of another beside them", async () => {
  let together = 0;
  let most = 0;
  let done = 0;
  const running = new Map<string, number>();
  await work({
    project: async ({ episodeId }) => {
      running.set(episodeId, (running.get(episodeId) ?? 0) + 1);
      together = Math.max(together, running.get(episodeId) ?? 0);
      most = Math.max(
        most,
        [...running.values()].reduce((sum, value) => sum + value, 0),
      );
      await new Promise((resolve) => setTimeout(resolve, 150));
      running.set(episodeId, (running.get(episodeId) ?? 0) - 1);
      done += 1;
    },
  });
  for (const episodeId of [A, A, A, B]) await store.jobs.enqueue({ name: "project", episodeId });
  await expect.poll(() => done, { timeout: 20_000 }).toBe(4);
  expect(together).toBe(1);
  expect(most).toBe(2);
});

test("a job that failed too often is parked with a code and no text, and can be sent again", async () => {
  await sender.updateQueue("screen", { retryLimit: 0 });
  let broken = true;
  const codes: string[] = [];
  const handled: string[] = [];
  await work(
    {
      screen: async ({ episodeId }) => {
        if (broken && episodeId === A) throw new AppError("storage_full", { detail: "somebody's words" });
        if (broken) throw new Error("somebody's words");
        handled.push(episodeId);
      },
    },
    (code) => codes.push(code),
  );
  const office = createJobOffice(sender);
  await store.jobs.enqueue({ name: "screen", episodeId: A });
  await expect.poll(async () => (await office.parked()).length, { timeout: 10_000 }).toBe(1);
  await store.jobs.enqueue({ name: "screen", episodeId: B });
  await expect.poll(async () => (await office.parked()).length, { timeout: 10_000 }).toBe(2);
  const parked = await office.parked();
  expect(parked).toMatchObject([
    { name: "screen", subject: A, code: "storage_full" },
    { name: "screen", subject: B, code: "internal" },
  ]);
  expect(codes).toEqual(["storage_full", "internal"]);
  const { rows } = await sender
    .getDb()
    .executeSql("select 1 from pgboss.job j where j::text like '%somebody%'");
  expect(rows).toEqual([]);
  broken = false;
  expect(await office.retry(parked[0]!.id)).toBe(true);
  expect(await office.retry(parked[0]!.id)).toBe(false);
  expect(await office.retry("nonsense")).toBe(false);
  expect(await office.cancel(parked[0]!.id)).toBe(false);
  expect(await office.cancel("nonsense")).toBe(false);
  await expect.poll(() => handled, { timeout: 15_000 }).toEqual([A]);
  expect(await office.parked()).toMatchObject([{ subject: B }]);
  expect(await office.cancel(parked[1]!.id)).toBe(true);
  expect(await office.cancel(parked[1]!.id)).toBe(false);
  expect(await office.parked()).toEqual([]);
});

test("one sweep waits or runs at a time, and the clock asks for one every ten minutes", async () => {
  await store.jobs.enqueue({ name: "sweep" });
  await store.jobs.enqueue({ name: "sweep" });
  expect((await createJobOffice(sender).pending()).sweep).toBe(1);
  expect(await sender.getSchedules("sweep")).toMatchObject([{ cron: "*/10 * * * *" }]);
});

test("a database without queues is unavailable", async () => {
  const bare = await testDatabase();
  await expect(connectJobs(bare.url, { role: "web", onError: failOn })).rejects.toMatchObject({
    code: "unavailable",
  });
  await bare.drop();
});

test("preparing twice changes nothing", async () => {
  await prepareJobs(database.url);
  expect(await sender.getQueue("project")).toMatchObject({
    policy: "singleton",
    deadLetter: "parked",
    retryLimit: 300,
  });
  expect(await sender.getQueue("screen")).toMatchObject({ retryLimit: 5 });
});
