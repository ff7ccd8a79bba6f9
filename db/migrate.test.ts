import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emptyDatabase } from "#db/testing/database.ts";
import { openStoreFixture, type StoreFixture } from "#db/testing/store-fixture.ts";
import { knownMigrations } from "./apply-migrations.ts";
import { connect } from "./client.ts";
import { migrate } from "./migrate.ts";
import { PROGRAM_SCHEMA, schemaVersion } from "./schema-version.ts";

let fixture: StoreFixture;
beforeAll(async () => {
  fixture = await openStoreFixture();
});
afterAll(() => fixture.close());

test("migrating again, and from two processes at once, changes nothing", async () => {
  const before = await schemaVersion(fixture.handle.db);
  await Promise.all([migrate(fixture.url), migrate(fixture.url)]);
  expect(await schemaVersion(fixture.handle.db)).toBe(before);
});

test("refuses a database that a newer version has migrated, and leaves it alone", async () => {
  await fixture.handle
    .sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 99999999999999)`;
  await expect(migrate(fixture.url)).rejects.toMatchObject({
    code: "configuration_invalid",
    detail: expect.stringContaining("newer than this program's"),
  });
  await fixture.handle.sql`delete from drizzle.__drizzle_migrations where hash = 'later'`;
});

test("a server that is not there is unavailable", async () => {
  await expect(migrate("postgres://nobody:x@127.0.0.1:1/none")).rejects.toMatchObject({
    code: "unavailable",
  });
});

test("refuses a database of another line of versions", async () => {
  await fixture.handle
    .sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('other', 1795345118118)`;
  await expect(migrate(fixture.url)).rejects.toMatchObject({
    code: "configuration_invalid",
    detail: expect.stringContaining("another line of versions"),
  });
  await fixture.handle.sql`delete from drizzle.__drizzle_migrations where hash = 'other'`;
});

test("goes to an earlier schema of its own, and on from there", async () => {
  const database = await emptyDatabase();
  const [first, second] = knownMigrations();
  await migrate(database.url, { upTo: second?.folderMillis ?? 0 });
  const handle = connect(database.url, { max: 1 });
  expect(await schemaVersion(handle.db)).toBe(second?.folderMillis);
  expect(second?.folderMillis).toBeGreaterThan(first?.folderMillis ?? 0);
  await migrate(database.url);
  expect(await schemaVersion(handle.db)).toBe(PROGRAM_SCHEMA);
  await handle.close();
  await database.drop();
});

test("leaves an older database as it is where that is asked, and makes a new one ready all the same", async () => {
  const database = await emptyDatabase();
  const handle = connect(database.url, { max: 1 });
  const [first] = knownMigrations();
  await migrate(database.url, { upTo: first?.folderMillis ?? 0 });
  await expect(migrate(database.url, { refuseOlder: true })).rejects.toMatchObject({
    code: "configuration_invalid",
    detail: expect.stringContaining("npm run admin -- upgrade"),
  });
  expect(await schemaVersion(handle.db)).toBe(first?.folderMillis);
  await migrate(database.url);
  await migrate(database.url, { refuseOlder: true });
  const fresh = await emptyDatabase();
  await migrate(fresh.url, { refuseOlder: true });
  for (const made of [database, fresh]) {
    const { db, close } = connect(made.url, { max: 1 });
    expect(await schemaVersion(db)).toBe(PROGRAM_SCHEMA);
    await close();
  }
  await handle.close();
  await database.drop();
  await fresh.drop();
});

test("a migration that was cut off leaves nothing, and runs again", async () => {
  const database = await emptyDatabase();
  const handle = connect(database.url, { max: 2 });
  const [base] = knownMigrations();
  await migrate(database.url, { upTo: base?.folderMillis ?? 0 });
  // somebody holds a table that a later migration needs: it waits there, and is cut off
  const holder = handle.sql.begin(async (tx) => {
    await tx`lock table instance in access exclusive mode`;
    const cut = migrate(database.url).catch((error: unknown) => error);
    let cutOff = 0;
    while (cutOff === 0) {
      const rows = await handle.sql`select pg_cancel_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'trace-share-migrate' and wait_event_type = 'Lock'`;
      cutOff = rows.length;
      await sleep(10);
    }
    return cut;
  });
  expect(await holder).toMatchObject({ code: "unavailable" });
  expect(await schemaVersion(handle.db)).toBe(base?.folderMillis);
  await migrate(database.url);
  expect(await schemaVersion(handle.db)).toBe(PROGRAM_SCHEMA);
  await handle.close();
  await database.drop();
});

test("a table that somebody holds is waited for no longer than its readers can bear", async () => {
  const database = await emptyDatabase();
  const handle = connect(database.url, { max: 1 });
  await migrate(database.url, { upTo: knownMigrations()[0]?.folderMillis ?? 0 });
  const held = handle.sql.begin(async (tx) => {
    await tx`lock table instance in access exclusive mode`;
    return migrate(database.url).catch((error: unknown) => error);
  });
  expect(await held).toMatchObject({ code: "unavailable", cause: { message: "SQLSTATE 55P03" } });
  await migrate(database.url);
  expect(await schemaVersion(handle.db)).toBe(PROGRAM_SCHEMA);
  await handle.close();
  await database.drop();
});

test("migrations after the first release's only add, so that the release before still runs beside them", () => {
  const folder = join(import.meta.dirname, "migrations");
  const files = readdirSync(folder).filter((name) => /^\d{4}.*\.sql$/.test(name) && name > "0002");
  expect(files.length).toBeGreaterThan(1);
  const takesAway =
    /\b(drop (table|column|constraint|not null|index)|rename|alter column|truncate|set not null)\b/i;
  expect(files.filter((name) => takesAway.test(readFileSync(join(folder, name), "utf8")))).toEqual([]);
});
