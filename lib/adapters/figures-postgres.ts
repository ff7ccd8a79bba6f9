import { type SQL, sql } from "drizzle-orm";
import type { DatabaseHandle, Executor } from "#db/client.ts";
import { EPISODE_STATES } from "#lib/domain/lifecycle/episode-states.ts";
import { OPEN_CASE_STATES } from "#lib/domain/lifecycle/case-states.ts";
import { SNAPSHOT_STATES } from "#lib/domain/lifecycle/snapshot-states.ts";
import { JOB_NAMES } from "#lib/ports/jobs.ts";
import type { GaugeName, Metrics } from "#lib/ports/metrics.ts";

/** What `readQuickFigures` sets. */
export const QUICK_FIGURES = [
  "jobs",
  "job_oldest_seconds",
  "jobs_parked",
  "database_connections",
  "database_connections_limit",
  "clock_skew_seconds",
  "paused",
  "never_forget_entries",
  "snapshots",
  "snapshot_build_oldest_seconds",
  "staged_bodies",
] as const satisfies readonly GaugeName[];

/** What `readSlowFigures` sets: it reads whole tables or their sizes. */
export const SLOW_FIGURES = [
  "episodes",
  "cases_open",
  "staged_bytes",
  "stored_bytes",
  "database_bytes",
  "maintenance_timestamp_seconds",
  "maintenance_ok",
  "scrub_objects",
] as const satisfies readonly GaugeName[];

const QUICK_LIMIT_MS = 2_000;
const SLOW_LIMIT_MS = 8_000;
const UPKEEP = ["backup", "restore", "scrub", "upgrade"] as const;
const FINDINGS = ["checked", "missing", "corrupt", "unknown", "repaired"] as const;
const JOB_STATES = { waiting: "created", retrying: "retry", running: "active" } as const;
const POOLS = ["trace-share", "trace-share-jobs", "trace-share-send"] as const;
/** Queue, connections, clock and state of the instance. One read-only transaction with a time limit. */
export async function readQuickFigures({ db }: DatabaseHandle, metrics: Metrics): Promise<void> {
  await limited(db, QUICK_LIMIT_MS, async (tx) => {
    await readClock(tx, metrics);
    await readJobs(tx, metrics);
    await readConnections(tx, metrics);
    const [state] = await rows(
      tx,
      sql`select coalesce(max(paused::int), 0) as paused, coalesce(max(permanence_seq), 0) as entries from instance`,
    );
    metrics.set("paused", {}, numberOf(state?.["paused"]));
    metrics.set("never_forget_entries", {}, numberOf(state?.["entries"]));
    await readSnapshots(tx, metrics);
    const [staged] = await rows(tx, sql`select count(*) as bodies from episode_staging`);
    metrics.set("staged_bodies", {}, numberOf(staged?.["bodies"]));
  });
}

/** Counts and sizes of everything stored, and when an operator's tasks last succeeded. */
export async function readSlowFigures({ db }: DatabaseHandle, metrics: Metrics): Promise<void> {
  await limited(db, SLOW_LIMIT_MS, async (tx) => {
    const byState = await rows(tx, sql`select state as name, count(*) as value from episode group by state`);
    for (const state of EPISODE_STATES) metrics.set("episodes", { state }, valueOf(byState, state));
    const [cases] = await rows(
      tx,
      sql`select count(*) as value from takedown_case where state = any(${sql.param([...OPEN_CASE_STATES])}::text[])`,
    );
    metrics.set("cases_open", {}, numberOf(cases?.["value"]));
    await readSizes(tx, metrics);
    await readUpkeep(tx, metrics);
  });
}

async function readClock(tx: Executor, metrics: Metrics): Promise<void> {
  const before = Date.now();
  const [row] = await rows(tx, sql`select extract(epoch from clock_timestamp()) as now`);
  const here = (before + Date.now()) / 2000;
  metrics.set("clock_skew_seconds", {}, Math.round((numberOf(row?.["now"]) - here) * 1000) / 1000);
}

async function readJobs(tx: Executor, metrics: Metrics): Promise<void> {
  const counts = await rows(
    tx,
    sql`select name || ' ' || state as name, count(*) as value from pgboss.job
        where state in ('created', 'retry', 'active') and name <> 'parked' group by 1`,
  );
  // a clock's next run waits for its time: that is no lag
  const oldest = await rows(
    tx,
    sql`select name, extract(epoch from now() - min(created_on)) as value from pgboss.job
        where state in ('created', 'retry', 'active') and (state <> 'created' or start_after <= now()) group by name`,
  );
  const parked = await rows(
    tx,
    sql`select source_name as name, count(*) as value from pgboss.job
        where name = 'parked' and state in ('created', 'retry', 'active') group by source_name`,
  );
  for (const job of JOB_NAMES) {
    for (const state of ["waiting", "retrying", "running"] as const)
      metrics.set("jobs", { job, state }, valueOf(counts, `${job} ${JOB_STATES[state]}`));
    metrics.set("job_oldest_seconds", { job }, Math.max(0, valueOf(oldest, job)));
    metrics.set("jobs_parked", { job }, valueOf(parked, job));
  }
}

async function readConnections(tx: Executor, metrics: Metrics): Promise<void> {
  const found = await rows(
    tx,
    sql`select application_name as name, count(*) as value from pg_stat_activity
        where datname = current_database() group by application_name`,
  );
  for (const pool of POOLS) metrics.set("database_connections", { pool }, valueOf(found, pool));
  const all = found.reduce((sum, row) => sum + numberOf(row["value"]), 0);
  const ours = POOLS.reduce((sum, pool) => sum + valueOf(found, pool), 0);
  metrics.set("database_connections", { pool: "other" }, all - ours);
  const [limit] = await rows(tx, sql`select current_setting('max_connections')::int as value`);
  metrics.set("database_connections_limit", {}, numberOf(limit?.["value"]));
}

async function readSnapshots(tx: Executor, metrics: Metrics): Promise<void> {
  const byState = await rows(tx, sql`select state as name, count(*) as value from snapshot group by state`);
  for (const state of SNAPSHOT_STATES) metrics.set("snapshots", { state }, valueOf(byState, state));
  const [oldest] = await rows(
    tx,
    sql`select coalesce(extract(epoch from now() - min(created_at)), 0) as value from snapshot
        where state in ('draft', 'building', 'built')`,
  );
  metrics.set("snapshot_build_oldest_seconds", {}, Math.max(0, numberOf(oldest?.["value"])));
}

async function readSizes(tx: Executor, metrics: Metrics): Promise<void> {
  const [stored] = await rows(
    tx,
    sql`select (select coalesce(sum(object_bytes), 0) from episode) as bodies,
               (select coalesce(sum(bytes), 0) from snapshot_file) as snapshots`,
  );
  for (const kind of ["bodies", "snapshots"] as const)
    metrics.set("stored_bytes", { kind }, numberOf(stored?.[kind]));
  const [staged] = await rows(
    tx,
    sql`select coalesce(sum(octet_length(body)), 0) as bytes from episode_staging`,
  );
  metrics.set("staged_bytes", {}, numberOf(staged?.["bytes"]));
  const [sizes] = await rows(
    tx,
    sql`select pg_database_size(current_database()) as "all",
               pg_total_relation_size('search_document') as search,
               pg_total_relation_size('episode_staging') as staging,
               (select coalesce(sum(pg_total_relation_size(c.oid)), 0) from pg_class c
                join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'pgboss' and c.relkind = 'r') as jobs`,
  );
  for (const part of ["all", "search", "jobs", "staging"] as const)
    metrics.set("database_bytes", { part }, numberOf(sizes?.[part]));
}

/** The last run of each task of upkeep, as db/operations.ts keeps it; a database that has never heard of such tasks has run none. */
async function readUpkeep(tx: Executor, metrics: Metrics): Promise<void> {
  const [table] = await rows(tx, sql`select to_regclass('operation_run') is not null as found`);
  if (table?.["found"] !== true) return;
  const runs = await rows(tx, sql`select name, ok, extract(epoch from at) as at, counts from operation_run`);
  for (const task of UPKEEP) {
    const run = runs.find((row) => row["name"] === task);
    if (!run) continue;
    metrics.set("maintenance_timestamp_seconds", { task }, numberOf(run["at"]));
    metrics.set("maintenance_ok", { task }, run["ok"] === true ? 1 : 0);
    const counts = task === "scrub" ? Object.entries(run["counts"] ?? {}) : [];
    for (const finding of FINDINGS) {
      const count = counts.find(([name]) => name === finding);
      if (count) metrics.set("scrub_objects", { finding }, numberOf(count[1]));
    }
  }
}

type Row = Record<string, unknown>;

async function limited(
  db: Executor,
  milliseconds: number,
  work: (tx: Executor) => Promise<void>,
): Promise<void> {
  await db.transaction(
    async (tx) => {
      await tx.execute(sql`select set_config('statement_timeout', ${String(milliseconds)}, true)`);
      await work(tx);
    },
    { accessMode: "read only" },
  );
}

async function rows(tx: Executor, query: SQL): Promise<Row[]> {
  return [...(await tx.execute<Row>(query))];
}

/** The value of the row with a name; 0 where no row has it. */
function valueOf(found: readonly Row[], name: string): number {
  return numberOf(found.find((row) => row["name"] === name)?.["value"]);
}

/** Counts and sums come as text, because they may be larger than a JavaScript number; ours are not. */
function numberOf(value: unknown): number {
  const number = Number(value ?? 0);
  return Number.isFinite(number) ? number : 0;
}
