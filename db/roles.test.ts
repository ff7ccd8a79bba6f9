import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { getTableName, is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prepareJobs } from "#lib/container.ts";
import * as accounts from "./schema/accounts.ts";
import * as cases from "./schema/cases.ts";
import * as episodes from "./schema/episodes.ts";
import * as infra from "./schema/infra.ts";
import * as search from "./schema/search.ts";
import * as snapshots from "./schema/snapshots.ts";
import { connect } from "./client.ts";
import { roleOf } from "./role-names.ts";
import { DELETABLE, prepareRoles } from "./roles.ts";
import { type TestDatabase, testDatabase } from "./testing/database.ts";
import { roleUrls } from "./testing/roles.ts";
import { answer } from "./testing/answer.ts";

const PROTECTED = ["audit", "case_event", "deny_list", "episode_event", "snapshot_event"];

let database: TestDatabase;
let urls: Awaited<ReturnType<typeof roleUrls>>;
beforeAll(async () => {
  database = await testDatabase();
  await prepareJobs(database.url);
  urls = await roleUrls(database.url);
});
afterAll(() => database.drop());

/** Imported under another name. */
const LOCAL_NAMES: Readonly<Record<string, string>> = { document: "search_document" };
const REFUSED = "42501";

describe.each(["web", "worker"] as const)("%s", (kind) => {
  test.each(PROTECTED)("only adds to %s", async (table) => {
    const url = urls[kind];
    expect(await answer(url, `delete from ${table}`)).toBe(REFUSED);
    expect(await answer(url, `truncate ${table}`)).toBe(REFUSED);
    expect(await answer(url, `select 1 from ${table} for update`)).toBe(REFUSED);
    expect(await answer(url, `alter table ${table} disable trigger append_only`)).toBe(REFUSED);
    expect(await answer(url, `drop table ${table}`)).toBe(REFUSED);
    expect(await answer(url, `select 1 from ${table}`)).toBe("done");
  });

  test.each([
    "delete from episode",
    "delete from tombstone",
    "delete from instance",
    "create table mine (i int)",
    "create temp table mine (i int)",
    "create schema mine",
    "create role mine",
    "alter table episode add column mine int",
    "delete from drizzle.__drizzle_migrations",
    "drop schema pgboss cascade",
    "create or replace function refuse_change() returns trigger language sql as 'select null'",
  ])("may not: %s", async (statement) => {
    expect(await answer(urls[kind], statement)).toBe(REFUSED);
  });
});

test("a reader reads figures and what is public, and nothing of people or secrets", async () => {
  expect(await answer(urls.readonly, "select 1 from episode, audit, snapshot")).toBe("done");
  for (const table of ["account", "session", "api_token", "episode_staging", "pgboss.job"]) {
    expect(await answer(urls.readonly, `select 1 from ${table}`)).toBe(REFUSED);
  }
  expect(await answer(urls.readonly, "select 1 from episode for update")).toBe(REFUSED);
});

test("each role has a limit of time of its own, which the client leaves alone", async () => {
  const limits: string[] = [];
  for (const url of [urls.web, urls.worker, urls.readonly, database.url]) {
    const { sql, close } = connect(url, { max: 1 });
    limits.push(String((await sql`show statement_timeout`)[0]?.["statement_timeout"]));
    await close();
  }
  expect(limits).toEqual(["5s", "10min", "30s", "1min"]);
  expect([urls.web, urls.readonly, database.url].map(roleOf)).toEqual(["web", "readonly", undefined]);
});

test("making them again changes a password, and rights come back without one", async () => {
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const role = decodeURIComponent(new URL(urls.web).username);
  await sql.unsafe(`revoke select on episode from "${role}"; grant delete on audit to "${role}"`);
  await prepareRoles(database.url, undefined);
  expect(await answer(urls.web, "select 1 from episode")).toBe("done");
  expect(await answer(urls.web, "delete from audit")).toBe(REFUSED);
  const before = urls;
  urls = await roleUrls(database.url, "second");
  expect(await answer(before.web, "select 1")).toBe("28P01");
  expect(await answer(urls.web, "select 1")).toBe("done");
  const [stored] = await sql`select rolpassword from pg_authid where rolname = ${role}`;
  expect(stored?.["rolpassword"]).toMatch(/^SCRAM-SHA-256\$4096:/);
  await sql.end();
});

test("a role that may do everything is refused", async () => {
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const role = decodeURIComponent(new URL(urls.readonly).username);
  await sql.unsafe(`alter role "${role}" superuser`);
  await expect(roleUrls(database.url)).rejects.toMatchObject({ code: "configuration_invalid" });
  await sql.unsafe(`alter role "${role}" nosuperuser`);
  await sql.end();
});

test("every table that the code deletes from may be deleted from", () => {
  const tables = Object.entries({ ...accounts, ...cases, ...episodes, ...infra, ...search, ...snapshots });
  const names = new Map<string, string>(
    tables.flatMap(([name, table]) => (is(table, PgTable) ? [[name, getTableName(table)]] : [])),
  );
  const root = resolve(import.meta.dirname, "..");
  const files = globSync(["db/*.ts", "lib/adapters/*.ts"], { cwd: root }).filter(
    (path) => !path.includes(".test."),
  );
  const found = files.flatMap((path) => {
    const text = readFileSync(resolve(root, path), "utf8");
    return [...text.matchAll(/\b(?:db|tx)\s*\.delete\((\w+)\)|delete from \$\{(\w+)\}/g)].map(
      (match) => names.get(match[1] ?? match[2] ?? "") ?? LOCAL_NAMES[match[1] ?? ""] ?? `${path}: unknown`,
    );
  });
  expect(found.length).toBeGreaterThan(8);
  expect(found.filter((name) => !DELETABLE.includes(name))).toEqual([]);
});
