import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type DatabaseHandle } from "./client.ts";
import { readHealth } from "./health.ts";
import { migrate } from "./migrate.ts";
import { keyValue } from "./schema/infra.ts";
import { PROGRAM_SCHEMA } from "./schema-version.ts";
import { testDatabase } from "./testing/database.ts";

let database: Awaited<ReturnType<typeof testDatabase>>;
let handle: DatabaseHandle;

beforeAll(async () => {
  database = await testDatabase();
  await migrate(database.url);
  handle = connect(database.url, { max: 2 });
});
afterAll(async () => {
  await handle.close();
  await database.drop();
});

test("a healthy database takes a write, of one row that has expired", async () => {
  const found = await readHealth(handle.db);
  expect(found).toMatchObject({
    schema: PROGRAM_SCHEMA,
    programSchema: PROGRAM_SCHEMA,
    writable: true,
    hasPublicEpisodes: false,
  });
  expect(Math.abs(found.now.getTime() - Date.now())).toBeLessThan(60_000);
  await readHealth(handle.db);
  const kept = await handle.db.select().from(keyValue);
  expect(kept).toMatchObject([{ key: "ready", count: 1 }]);
  expect(kept[0]?.expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 1000);
});

test("one that was made read-only says so and is asked for no write", async () => {
  const standby = connect(`${database.url}?default_transaction_read_only=on`, { max: 1 });
  try {
    expect(await readHealth(standby.db)).toMatchObject({ writable: false, schema: PROGRAM_SCHEMA });
  } finally {
    await standby.close();
  }
});

test("a write that the database refuses is a fault, whatever else works", async () => {
  await handle.db.execute(sql`alter table key_value add constraint no_more check (count > 1) not valid`);
  await expect(readHealth(handle.db)).rejects.toThrow();
  await handle.db.execute(sql`alter table key_value drop constraint no_more`);
});

test("an empty database has schema 0, and a newer one is told by its number", async () => {
  const empty = await testDatabase();
  const there = connect(empty.url, { max: 1 });
  try {
    await there.db.execute(sql`drop schema if exists drizzle cascade`);
    expect(await readHealth(there.db)).toMatchObject({ schema: 0, writable: true, hasPublicEpisodes: false });
    await there.db.execute(sql`set default_transaction_read_only = on`);
    expect(await readHealth(there.db)).toMatchObject({ schema: 0, writable: false });
  } finally {
    await there.close();
    await empty.drop();
  }
  const newer = PROGRAM_SCHEMA + 1;
  await handle.db.execute(
    sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('x', ${newer})`,
  );
  expect((await readHealth(handle.db)).schema).toBe(newer);
});
