import { afterAll, beforeAll, expect, test } from "vitest";
import { openStoreFixture, type StoreFixture } from "#db/testing/store-fixture.ts";
import { migrate } from "./migrate.ts";
import { schemaVersion } from "./schema-version.ts";

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
