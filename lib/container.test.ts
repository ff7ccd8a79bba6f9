import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { migrate } from "#db/migrate.ts";
import { type TestDatabase, testDatabase } from "#db/testing/database.ts";
import { loadConfig } from "#lib/config.ts";
import { SearchQuery } from "#lib/domain/search/query.ts";
import { createDeps, prepareJobs, prepareSearchKeys } from "./container.ts";

let dataDir = "";
let database: TestDatabase;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "container-"));
  database = await testDatabase();
});
afterEach(async () => {
  rmSync(dataDir, { recursive: true, force: true });
  await database.drop();
});
const settings = (change: Record<string, string> = {}) =>
  loadConfig({
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    NEXTAUTH_SECRET: "s".repeat(32),
    LOG_LEVEL: "silent",
    ...change,
  });

describe("container", () => {
  test("joins ports that are ready, and ends every connection", async () => {
    await migrate(database.url);
    await prepareJobs(database.url);
    const { deps, auth, close } = await createDeps(settings());
    await deps.store.health();
    await deps.search.ready();
    await deps.objects.ready();
    expect(await deps.permanence.head()).toMatchObject({ seq: 0 });
    expect(await deps.jobOffice.parked()).toEqual([]);
    expect(await auth.getUserByEmail?.("nobody@example.org")).toBeNull();
    expect(deps.rules).toEqual({
      publicUrl: "http://127.0.0.1:3000",
      releasePolicy: "trusted",
      secret: "s".repeat(32),
      stagingBytes: 2 * 1024 ** 3,
    });
    await close();
    await expect(deps.store.health()).rejects.toMatchObject({ code: "unavailable" });
  });

  test("a worker works on a job that another process committed", async () => {
    await prepareJobs(database.url);
    const worker = await createDeps(settings(), { role: "worker" });
    const web = await createDeps(settings());
    const { promise, resolve } = Promise.withResolvers<string>();
    const unexpected = async () => {};
    await worker.work({
      "store-body": unexpected,
      "clear-incoming": unexpected,
      screen: async ({ episodeId }) => resolve(episodeId),
      project: unexpected,
      purge: unexpected,
      "build-snapshot": unexpected,
      sweep: unexpected,
      rescan: unexpected,
    });
    await web.deps.store.transaction((tx) => tx.jobs.enqueue({ name: "screen", episodeId: "e".repeat(64) }));
    expect(await promise).toBe("e".repeat(64));
    await web.close();
    await worker.close();
  });

  test("with a search engine that is away it starts, searches in PostgreSQL, and is not ready", async () => {
    await migrate(database.url);
    await prepareJobs(database.url);
    const { deps, close } = await createDeps(settings({ MEILI_URL: "http://127.0.0.1:1" }));
    await deps.search.prepare();
    expect(await deps.search.search(SearchQuery.parse({}))).toMatchObject({ ids: [], fallback: true });
    await expect(deps.search.ready()).rejects.toMatchObject({ code: "unavailable" });
    await close();
  });

  test("says what is missing", async () => {
    await expect(createDeps(settings({ DATABASE_URL: "" }))).rejects.toMatchObject({
      code: "configuration_invalid",
      detail: expect.stringContaining("DATABASE_URL"),
    });
    await expect(createDeps(settings({ NEXTAUTH_SECRET: "" }))).rejects.toMatchObject({
      code: "configuration_invalid",
      detail: expect.stringContaining("NEXTAUTH_SECRET"),
    });
    await expect(prepareSearchKeys(settings({ MEILI_URL: "http://127.0.0.1:1" }))).rejects.toMatchObject({
      code: "configuration_invalid",
      detail: expect.stringContaining("MEILI_MASTER_KEY"),
    });
  });
});
