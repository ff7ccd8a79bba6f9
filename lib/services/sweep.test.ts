import { unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError, isAppError } from "#lib/domain/errors.ts";
import { SearchQuery } from "#lib/domain/search/query.ts";
import { RULES_VERSION } from "#lib/domain/sanitize/rules-version.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Job } from "#lib/ports/jobs.ts";
import { jobHandlers } from "#workers/handlers/job-handlers.ts";
import { bodyKey } from "./episode-body.ts";
import { ingest } from "./ingest.ts";
import { claimEpisode } from "./moderate.ts";
import { projectEpisode } from "./project.ts";
import { purgeEpisode } from "./purge.ts";
import { readEpisode, readVisibility } from "./read-episode.ts";
import { rescan } from "./rescan.ts";
import { revokeEpisode } from "./revoke.ts";
import { screenEpisode } from "./screen.ts";
import { searchEpisodes } from "./search.ts";
import { storeBody } from "./store-body.ts";
import { sweep } from "./sweep.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { bytesOf, sampleRecord } from "./testing/records.ts";

let platform: TestPlatform;
let sql: postgres.Sql;
beforeEach(async () => {
  platform = await testPlatform({ working: false });
  await rescan(platform.deps);
  sql = postgres(platform.databaseUrl, { max: 1, onnotice: () => {} });
});
afterEach(async () => {
  await sql.end();
  await platform.close();
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : Promise.reject(error)),
  );
}

async function upload(session: string): Promise<string> {
  const actor = await platform.uploader("ada@example.org");
  const record = sampleRecord({ contributor: "ada", session, prompt: `Session ${session}` });
  await ingest(platform.deps, actor, { bytes: bytesOf(record) });
  return record.id;
}

async function publish(session: string): Promise<string> {
  const episodeId = await upload(session);
  await storeBody(platform.deps, { episodeId });
  await screenEpisode(platform.deps, { episodeId });
  await projectEpisode(platform.deps, { episodeId });
  return episodeId;
}

/** Sweeps, and gives back what it asked for instead of waiting for a worker. */
async function swept(deps: Deps = platform.deps): Promise<Job[]> {
  const jobs: Job[] = [];
  const enqueue = async (job: Job) => void jobs.push(job);
  await sweep({ ...deps, store: { ...deps.store, jobs: { enqueue } } });
  return jobs;
}

async function work(jobs: readonly Job[]): Promise<void> {
  const handlers = jobHandlers(platform.deps);
  // each kind has its handler
  for (const job of jobs) await (handlers[job.name] as (one: Job) => Promise<void>)(job);
}

const pathOf = (id: string) => join(platform.dataDir, "objects", bodyKey(id));

describe("the sweep", () => {
  it("finds nothing to do where nothing is missing", async () => {
    await publish("whole");
    expect(await swept()).toEqual([]);
  });

  it("puts back a lost search row, takes out one that nobody may see, and counts them right", async () => {
    const [lost, stale] = [await publish("lost"), await publish("stale")];
    await sql`delete from search_document where id = ${lost}`;
    const actor = await platform.uploader("ada@example.org");
    await revokeEpisode(platform.deps, actor, { episodeId: stale });
    const jobs = await swept();
    expect(jobs).toContainEqual({ name: "project", episodeId: lost });
    expect(jobs).toContainEqual({ name: "project", episodeId: stale });
    await work(jobs);
    const found = await searchEpisodes(platform.deps, SearchQuery.parse({ text: "session" }));
    expect(found.items.map(({ id }) => id)).toEqual([lost]);
    expect(await Array.fromAsync(platform.deps.search.ids())).toEqual([lost]);
    expect(await swept()).toEqual([]);
    const all = await searchEpisodes(platform.deps, SearchQuery.parse({}));
    expect(all.total).toEqual({ value: 1, exact: true });
    expect(all.facets.language).toEqual([{ value: "rust", count: 1 }]);
  });

  it("moves a body that was left in staging, also one whose object a killed worker had written already", async () => {
    const [waiting, written] = [await upload("waiting"), await upload("written")];
    const staged = await platform.deps.store.staging.get(written);
    await platform.deps.objects.put(bodyKey(written), staged?.body ?? new Uint8Array());
    await work(await swept());
    for (const id of [waiting, written]) {
      expect((await platform.deps.store.episodes.byId(id))?.object?.key).toBe(bodyKey(id));
      expect((await readEpisode(platform.deps, id)).episode.id).toBe(id);
    }
  });

  it("replaces an object that a killed worker left damaged before its row names it", async () => {
    const episodeId = await upload("half");
    await platform.deps.objects.put(bodyKey(episodeId), new Uint8Array([1, 2, 3]));
    expect(await codeOf(storeBody(platform.deps, { episodeId }))).toBe("unavailable");
    await work(await swept());
    expect((await readEpisode(platform.deps, episodeId)).episode.id).toBe(episodeId);
  });

  it("tells of a public body that is lost, which readers see as a fault and never as other bytes", async () => {
    const [lost, rotten] = [await publish("lost"), await publish("rotten")];
    await sql`delete from episode_staging`;
    await unlink(pathOf(lost));
    await unlink(pathOf(rotten));
    await writeFile(pathOf(rotten), new Uint8Array([1, 2, 3]));
    for (const id of [lost, rotten]) expect(await codeOf(readEpisode(platform.deps, id))).toBe("unavailable");
    const errors: string[] = [];
    const log = { ...platform.deps.log, error: (event: string) => void errors.push(event) };
    await swept({ ...platform.deps, log });
    expect(errors).toEqual(["sweep.body_missing"]);
  });

  it("removes objects of nobody and of ended episodes, and no other", async () => {
    const [kept, gone] = [await publish("kept"), await publish("gone")];
    const actor = await platform.uploader("ada@example.org");
    await revokeEpisode(platform.deps, actor, { episodeId: gone });
    await work(await swept());
    await platform.deps.objects.put(bodyKey(gone), new Uint8Array([1]));
    await platform.deps.objects.put(bodyKey("f".repeat(64)), new Uint8Array([1]));
    await swept();
    expect(await Array.fromAsync(platform.deps.objects.list("episodes/"))).toEqual([bodyKey(kept)]);
  });

  it("removes nothing where the database knows no episode: it is another one, or its restore has not begun", async () => {
    const body = bodyKey("f".repeat(64));
    await platform.deps.objects.put(body, new Uint8Array([1]));
    const events: string[] = [];
    const error = (event: string) => void events.push(event);
    await swept({ ...platform.deps, log: { ...platform.deps.log, error } });
    expect(await Array.fromAsync(platform.deps.objects.list("episodes/"))).toEqual([body]);
    expect(events).toEqual(["sweep.objects_of_nobody"]);
  });

  it("leaves a body to the process that is just writing it", async () => {
    const episodeId = await upload("written twice at once");
    const removed: string[] = [];
    const remove = async (key: string) => void removed.push(key);
    // what a bucket answers to the second writer while the first one's object is not there yet
    const put = async () => "exists" as const;
    const deps = { ...platform.deps, objects: { ...platform.deps.objects, put, remove } };
    expect(await codeOf(storeBody(deps, { episodeId }))).toBe("unavailable");
    expect(removed).toEqual([]);
    expect(await platform.deps.store.staging.get(episodeId)).not.toBeNull();
  });

  it.each(["search", "objects"] as const)(
    "deletes the staged bytes of a withdrawn episode also while %s is away",
    async (port) => {
      const episodeId = await upload("gone");
      await revokeEpisode(platform.deps, await platform.uploader("ada@example.org"), { episodeId });
      const remove = () => Promise.reject(new AppError("unavailable"));
      const deps = { ...platform.deps, [port]: { ...platform.deps[port], remove } };
      expect(await codeOf(purgeEpisode(deps, { episodeId }))).toBe("unavailable");
      expect(await platform.deps.store.staging.get(episodeId)).toBeNull();
      expect((await platform.deps.store.episodes.byId(episodeId))?.lifecycle.state).toBe("tombstoned");
      await work(await swept());
      expect((await platform.deps.store.episodes.byId(episodeId))?.lifecycle.state).toBe("erased");
    },
  );

  it("finishes a deletion whose job was lost, also of one that was never released", async () => {
    const actor = await platform.uploader("ada@example.org");
    const [published, rejected] = [await publish("published"), await upload("rejected")];
    await sql`update episode set state = 'rejected' where id = ${rejected}`;
    for (const episodeId of [published, rejected]) await revokeEpisode(platform.deps, actor, { episodeId });
    const jobs = await swept();
    for (const episodeId of [published, rejected]) expect(jobs).toContainEqual({ name: "purge", episodeId });
    await work(jobs);
    for (const id of [published, rejected]) {
      const row = await platform.deps.store.episodes.byId(id);
      expect(row).toMatchObject({ title: "", contentHash: "", lifecycle: { state: "erased" } });
      expect(await platform.deps.store.staging.get(id)).toBeNull();
    }
    expect(await swept()).toEqual([]);
  });

  it("gives back an expired claim, and publishes nothing that waits for a person", async () => {
    const { deps } = platform;
    const shared = await platform.uploader("team@example.org", { shared: true });
    const record = sampleRecord({ contributor: "team" });
    const target = { episodeId: record.id };
    await ingest(deps, shared, { bytes: bytesOf(record) });
    await storeBody(deps, target);
    await screenEpisode(deps, target);
    await claimEpisode(deps, await platform.person("mod@example.org", "moderator"), target);
    const inAnHour = new Date(Date.now() + 3_600_000);
    await work(await swept({ ...deps, clock: { now: () => inAnHour } }));
    expect((await deps.store.episodes.byId(record.id))?.lifecycle.state).toBe("quarantined");
    expect(await readVisibility(deps, record.id)).toBe("unknown");
    expect(await swept()).toEqual([]);
  });

  it("has what waits for a person scanned again under newer rules, so that it can be decided", async () => {
    const { deps } = platform;
    const shared = await platform.uploader("team@example.org", { shared: true });
    const record = sampleRecord({ contributor: "team", session: "older rules" });
    await ingest(deps, shared, { bytes: bytesOf(record) });
    await storeBody(deps, { episodeId: record.id });
    await screenEpisode(deps, { episodeId: record.id });
    await sql`update episode set scan_rules_version = 'older' where id = ${record.id}`;
    await work(await swept());
    expect(await deps.store.episodes.byId(record.id)).toMatchObject({
      scan: { rulesVersion: RULES_VERSION },
      reviewReasons: ["shared_token"],
      lifecycle: { state: "quarantined" },
    });
  });

  it("asks for nothing that needs the object store while that is away, and for all of it when it is back", async () => {
    const actor = await platform.uploader("ada@example.org");
    const [withdrawn, kept] = [await publish("withdrawn"), await publish("kept")];
    const [stored, staged] = [await upload("stored"), await upload("staged")];
    await storeBody(platform.deps, { episodeId: stored });
    await sql`delete from episode_staging where episode_id in (${stored}, ${withdrawn})`;
    for (const episodeId of [withdrawn, kept]) await revokeEpisode(platform.deps, actor, { episodeId });
    const away = () => Promise.reject(new AppError("unavailable"));
    const list = async function* () {
      yield await away();
    };
    const jobs: Job[] = [];
    const enqueue = async (job: Job) => void jobs.push(job);
    const { deps } = platform;
    const objects = { ...deps.objects, ready: away, list };
    const sweeping = sweep({ ...deps, objects, store: { ...deps.store, jobs: { enqueue } } });
    expect(await codeOf(sweeping)).toBe("unavailable");
    expect(jobs.filter(({ name }) => name !== "project")).toEqual([
      { name: "screen", episodeId: staged },
      // its staged text goes now, the object later
      { name: "purge", episodeId: kept },
    ]);
    const back = await swept();
    for (const episodeId of [withdrawn, kept]) expect(back).toContainEqual({ name: "purge", episodeId });
    for (const episodeId of [stored, staged]) expect(back).toContainEqual({ name: "screen", episodeId });
  });

  it("asks for no deletion that needs the search engine while that is away", async () => {
    const episodeId = await publish("withdrawn");
    await sql`delete from episode_staging`;
    await revokeEpisode(platform.deps, await platform.uploader("ada@example.org"), { episodeId });
    const ready = () => Promise.reject(new AppError("unavailable"));
    const purge = { name: "purge", episodeId };
    expect(await swept({ ...platform.deps, search: { ...platform.deps.search, ready } })).not.toContainEqual(
      purge,
    );
    expect(await swept()).toContainEqual(purge);
  });

  it("gives a search engine that came late its settings before it is compared", async () => {
    const asked: string[] = [];
    const { search } = platform.deps;
    const late = {
      ...search,
      prepare: async () => void asked.push("prepare"),
      drift: (expected: ReadonlySet<string>) => (asked.push("drift"), search.drift(expected)),
    };
    await swept({ ...platform.deps, search: late });
    expect(asked).toEqual(["prepare", "drift"]);
  });
});
