import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { afterEach, beforeEach, expect, test } from "vitest";
import { migrate } from "./migrate.ts";
import { type TestDatabase, testDatabase } from "./testing/database.ts";
import { waitForSchema } from "./wait-for-schema.ts";

let database: TestDatabase;
let said: string[];
beforeEach(async () => {
  database = await testDatabase();
  said = [];
});
afterEach(() => database.drop());

const wait = (url: string, withinMs = 20_000) =>
  waitForSchema(url, { withinMs, onWait: (line) => said.push(line) });

async function run(statement: string): Promise<void> {
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  await sql.unsafe(statement);
  await sql.end();
}

test("a database of this program's schema is not waited for", async () => {
  await wait(database.url);
  expect(said).toEqual([]);
});

test("an empty database is waited for, with one line, until somebody has migrated it", async () => {
  await run("drop schema public cascade; drop schema drizzle cascade; create schema public");
  const waiting = wait(database.url);
  await expect.poll(() => said).toHaveLength(1);
  expect(said[0]).toMatch(/^waiting: the database has schema 0 .*admin -- migrate/);
  await migrate(database.url);
  await waiting;
});

test("a database that is not there is waited for, and its address is never said", async () => {
  const nowhere = new URL(database.url);
  nowhere.port = "1";
  nowhere.password = randomBytes(8).toString("hex");
  const waited = wait(nowhere.href, 600);
  await expect(waited).rejects.toMatchObject({
    code: "unavailable",
    detail: expect.stringContaining("ECONNREFUSED"),
  });
  expect(said).toHaveLength(1);
  expect(said.join()).not.toContain(nowhere.password);
});

test("a wrong password may be a role that is still to be made", async () => {
  const stranger = new URL(database.url);
  stranger.username = "nobody_yet";
  await expect(wait(stranger.href, 300)).rejects.toMatchObject({
    detail: expect.stringContaining("(28P01)"),
  });
});

test("a newer schema is refused at once", async () => {
  await run(
    "insert into drizzle.__drizzle_migrations (hash, created_at) values ('of-tomorrow', 99999999999999)",
  );
  await expect(wait(database.url)).rejects.toMatchObject({
    code: "configuration_invalid",
    detail: expect.stringContaining("newer"),
  });
});

test("whoever is told to end waits no longer", async () => {
  await run("delete from drizzle.__drizzle_migrations");
  const ending = new AbortController();
  const waiting = waitForSchema(database.url, {
    withinMs: 60_000,
    onWait: () => ending.abort(),
    signal: ending.signal,
  });
  await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
});
