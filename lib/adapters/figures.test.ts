import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import type { PgBoss } from "pg-boss";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect, type DatabaseHandle } from "#db/client.ts";
import { testDatabase, type TestDatabase } from "#db/testing/database.ts";
import { showFigures } from "./figures.ts";
import { connectJobs, createJobQueue, prepareJobs } from "./jobs-pg-boss.ts";
import { createPrometheusMetrics } from "./metrics-prometheus.ts";

let database: TestDatabase;
let handle: DatabaseHandle;
let sender: PgBoss;
let dataDir: string;

beforeEach(async () => {
  database = await testDatabase();
  await prepareJobs(database.url);
  handle = connect(database.url, { max: 2 });
  sender = await connectJobs(database.url, { role: "web", onError: () => {} });
  dataDir = await mkdtemp(join(tmpdir(), "trace-share-figures-"));
});
afterEach(async () => {
  await sender.stop({ graceful: false });
  await handle.close();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

function page() {
  const metrics = createPrometheusMetrics("worker");
  showFigures(metrics, { metrics, database: handle, dataDir });
  return metrics;
}

async function samples(metrics: { text(): Promise<string> }): Promise<Map<string, number>> {
  const lines = (await metrics.text()).split("\n").filter((line) => line.startsWith("trace_share_"));
  return new Map(lines.map((line) => [line.replace(/ \S+$/, "").slice(12), Number(line.split(" ").at(-1))]));
}

describe("the figures of a worker", () => {
  it("tell queue, connections, sizes and clock of a new instance", async () => {
    const queue = createJobQueue(sender, handle.db);
    await queue.enqueue({ name: "screen", episodeId: "a".repeat(64) });
    await queue.enqueue({ name: "screen", episodeId: "b".repeat(64) });
    const found = await samples(page());
    expect(found.get("figures_up")).toBe(1);
    expect(found.get('jobs{job="screen",state="waiting"}')).toBe(2);
    expect(found.get('jobs{job="purge",state="running"}')).toBe(0);
    expect(found.get('job_oldest_seconds{job="screen"}')).toBeGreaterThanOrEqual(0);
    expect(found.get('jobs_parked{job="screen"}')).toBe(0);
    expect(found.get('database_connections{pool="trace-share"}')).toBeGreaterThanOrEqual(1);
    expect(found.get("database_connections_limit")).toBeGreaterThan(10);
    expect(Math.abs(found.get("clock_skew_seconds") ?? Number.NaN)).toBeLessThan(60);
    expect(found.get('episodes{state="published"}')).toBe(0);
    expect(found.get('database_bytes{part="all"}')).toBeGreaterThan(
      found.get('database_bytes{part="search"}') ?? 0,
    );
    expect(found.get("disk_free_bytes")).toBeGreaterThan(0);
    expect(found.has('maintenance_ok{task="backup"}')).toBe(false);
  });

  it("tell parked jobs by the kind that they were", async () => {
    await handle.db.execute(sql`
      insert into pgboss.job (name, source_name, data) values ('parked', 'purge', '{}'), ('parked', 'purge', '{}')`);
    const found = await samples(page());
    expect(found.get('jobs_parked{job="purge"}')).toBe(2);
    expect(found.get('jobs_parked{job="screen"}')).toBe(0);
  });

  it("tell the last runs of upkeep where the database keeps them", async () => {
    await handle.db.execute(sql`
      create table if not exists operation_run (name text primary key, at timestamptz, ok boolean, counts json)`);
    await handle.db.execute(sql`
      insert into operation_run values ('backup', to_timestamp(1700000000), true, '{}'),
        ('scrub', to_timestamp(1700000100), false, '{"checked":9,"corrupt":2,"someone":3}')`);
    const found = await samples(page());
    expect(found.get('maintenance_timestamp_seconds{task="backup"}')).toBe(1_700_000_000);
    expect(found.get('maintenance_ok{task="scrub"}')).toBe(0);
    expect(found.get('scrub_objects{finding="corrupt"}')).toBe(2);
    expect([...found.keys()].filter((name) => name.startsWith("scrub_objects")).length).toBe(2);
  });

  it("ask the database once, however often and by however many the page is read", async () => {
    const metrics = page();
    await Promise.all([metrics.text(), metrics.text(), metrics.text()]);
    await createJobQueue(sender, handle.db).enqueue({ name: "screen", episodeId: "a".repeat(64) });
    expect((await samples(metrics)).get('jobs{job="screen",state="waiting"}')).toBe(0);
  });

  it("keep nobody waiting for a database that has fallen silent", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo; // it listens on a port
    const hung = connect(`postgres://nobody:x@127.0.0.1:${port}/none`, { max: 2 });
    const metrics = createPrometheusMetrics("worker");
    showFigures(metrics, { metrics, database: hung, dataDir, answerMs: 20 });
    try {
      expect((await samples(metrics)).get("figures_up")).toBe(0);
      expect((await samples(metrics)).get("figures_up")).toBe(0);
    } finally {
      silent.close();
      await hung.sql.end({ timeout: 0 });
    }
  });

  it("go from the page when the database does not answer, and the rest of it stays", async () => {
    const metrics = page();
    await handle.close();
    const found = await samples(metrics);
    expect(found.get("figures_up")).toBe(0);
    expect([...found.keys()].filter((name) => name.startsWith("jobs{"))).toEqual([]);
    expect(found.get("paused")).toBeNaN();
    expect(found.get("disk_free_bytes")).toBeGreaterThan(0);
  });
});
