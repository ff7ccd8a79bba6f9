import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { knownMigrations } from "#db/apply-migrations.ts";
import { migrate } from "#db/migrate.ts";
import { emptyDatabase, type TestDatabase } from "#db/testing/database.ts";
import { takeBack } from "#db/testing/take-back.ts";
import { loadConfig } from "#lib/config.ts";
import { isAppError } from "#lib/domain/errors.ts";
import { openStores } from "#lib/maintenance.ts";
import { bodyKey } from "#lib/services/episode-body.ts";
import { ingest } from "#lib/services/ingest.ts";
import { projectEpisode } from "#lib/services/project.ts";
import { readVisibility } from "#lib/services/read-episode.ts";
import { revokeEpisode } from "#lib/services/revoke.ts";
import { type TestPlatform, testPlatform } from "#lib/services/testing/platform.ts";
import { bytesOf, sampleRecord } from "#lib/services/testing/records.ts";
import { releaseTools } from "#lib/services/testing/releases.ts";
import { prepareInstance } from "#workers/prepare-instance.ts";
import type { Attached } from "./attached.ts";
import { rollback, upgrade } from "./upgrade-commands.ts";

const SECRET = "a secret for tests of forty characters or so";
const AT = new Date("2026-05-06T07:08:09Z");
const [EARLIER = 0, NOW = 0] = knownMigrations()
  .map(({ folderMillis }) => folderMillis)
  .slice(-2);

let root: string;
let database: TestDatabase;
let attached: Attached;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "trace-share-upgrade-"));
  database = await emptyDatabase();
  await migrate(database.url, { upTo: EARLIER });
  const env = { DATABASE_URL: database.url, DATA_DIR: join(root, "data"), NEXTAUTH_SECRET: SECRET };
  const config = { ...loadConfig({ ...env, LOG_LEVEL: "silent" }), databaseUrl: database.url };
  attached = { config, stores: await openStores(config) };
});
afterEach(async () => {
  await attached.stores.close();
  await database.drop();
  await rm(root, { recursive: true, force: true });
});

/** Works with the instance and leaves no connection: the commands refuse a platform that runs. */
async function running<T>(work: (platform: TestPlatform) => Promise<T>): Promise<T> {
  const options = { databaseUrl: database.url, dataDir: join(root, "data"), working: false };
  const platform = await testPlatform(options);
  try {
    return await work(platform);
  } finally {
    await platform.close();
  }
}

const schemaNow = async () => (await attached.stores.database.facts()).schema;
/** Two public episodes in a database of the schema before. The services are this version's and need its schema to fill it. */
async function fill(): Promise<string[]> {
  await migrate(database.url);
  const ids = await running((platform) => releaseTools(platform).contribute([{ n: 1 }, { n: 2 }]));
  await takeBack(database.url, EARLIER);
  return ids;
}
const backup = () => join(root, "backup");
const upgradeNow = () => upgrade(attached, { folder: backup(), withoutObjects: false, at: AT });

async function refusal(work: Promise<unknown>): Promise<{ code: string; detail: string }> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (!isAppError(error)) throw new Error("it was not refused", { cause: error });
  return { code: error.code, detail: error.detail ?? "" };
}

describe("upgrade and rollback", { timeout: 120_000 }, () => {
  it("go to this version's schema and back, and forget no withdrawal on the way", async () => {
    const [kept = "", later = ""] = await fill();
    await upgradeNow();
    expect(await schemaNow()).toBe(NOW);
    const pending = sampleRecord({ contributor: "ada", session: "never seen" });
    await running(async (platform) => {
      const actor = await platform.uploader("ada@example.org");
      await revokeEpisode(platform.deps, actor, { episodeId: later });
      await revokeEpisode(platform.deps, actor, { episodeId: pending.id }).catch(() => {});
      const runs = await platform.deps.store.operations.last();
      expect(runs.map(({ name, ok }) => `${name} ${ok}`)).toEqual(["backup true", "upgrade true"]);
    });
    await rollback(attached, backup(), AT);
    expect(await schemaNow()).toBe(EARLIER);
    expect(await attached.stores.database.kept()).toEqual([
      { label: "20260506070809", schemas: expect.arrayContaining(["before_20260506070809_public"]) },
    ]);
    // what the start of either version does
    await prepareInstance(attached.config);
    await running(async (platform) => {
      expect(await readVisibility(platform.deps, kept)).toBe("public");
      expect(await readVisibility(platform.deps, later)).toBe("gone");
      const owner = await platform.uploader("ada@example.org");
      const again = ingest(platform.deps, owner, { bytes: bytesOf(pending) });
      expect((await refusal(again)).code).toBe("withdrawn");
    });
    expect(await attached.stores.database.dropKept()).toBe(1);
    expect(await attached.stores.database.kept()).toEqual([]);
  });

  it("say how to go back when the upgraded instance fails its smoke test", async () => {
    const ids = await fill();
    await prepareInstance(attached.config);
    await running(async ({ deps }) => {
      for (const episodeId of ids) await projectEpisode(deps, { episodeId });
      for (const id of ids) await deps.objects.remove(bodyKey(id));
      for (const id of ids) await deps.store.staging.drop(id);
    });
    const { code, detail } = await refusal(upgradeNow());
    expect(code).toBe("unavailable");
    expect(detail).toContain(`npm run admin -- rollback --in ${backup()}`);
  });

  it("refuse under a running platform, a damaged backup, and a new database", async () => {
    await fill();
    await upgradeNow();
    await running(async () => {
      expect((await refusal(rollback(attached, backup(), AT))).detail).toContain("stop it");
    });
    await writeFile(join(backup(), "database.jsonl"), '{"format":"trace-share-backup","formatVersion":1}\n');
    expect((await refusal(rollback(attached, backup(), AT))).code).toBe("input_invalid");
    expect(await schemaNow()).toBe(NOW);
    expect((await refusal(rollback(attached, root, AT))).detail).toContain("holds no backup");
    // a container has no data folder that a backup could stay in
    const folderless = { ...attached, stores: { ...attached.stores, dataDir: join(root, "none") } };
    const nowhere = upgrade(folderless, { withoutObjects: false, at: AT });
    expect((await refusal(nowhere)).detail).toContain("--to-backup");
    await attached.stores.database.setAside("20260101000000");
    expect((await refusal(upgradeNow())).detail).toContain("nothing to upgrade");
  });

  it("go on with a rollback that was cut off after the data were set aside", async () => {
    const [kept = ""] = await fill();
    await upgradeNow();
    await attached.stores.database.setAside("20260101000000");
    await rollback(attached, backup(), AT);
    expect((await attached.stores.database.kept()).map(({ label }) => label)).toEqual(["20260101000000"]);
    await prepareInstance(attached.config);
    expect(await running(({ deps }) => readVisibility(deps, kept))).toBe("public");
  });
});
