import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError, isAppError } from "#lib/domain/errors.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Job } from "#lib/ports/jobs.ts";
import { bodyKey } from "./episode-body.ts";
import { ingest } from "./ingest.ts";
import { readEpisode } from "./read-episode.ts";
import { revokeEpisode } from "./revoke.ts";
import { screenEpisode } from "./screen.ts";
import { distrustObjects, SETTLED_MS, storeBody } from "./store-body.ts";
import { sweep } from "./sweep.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { bytesOf, sampleRecord } from "./testing/records.ts";

let platform: TestPlatform;
let deps: Deps;
beforeEach(async () => {
  platform = await testPlatform({ working: false });
  ({ deps } = platform);
});
afterEach(() => platform.close());

async function upload(session = "one"): Promise<string> {
  const actor = await platform.uploader("ada@example.org");
  const record = sampleRecord({ contributor: "ada", session });
  await ingest(deps, actor, { bytes: bytesOf(record) });
  return record.id;
}

/** The same platform when so much time has passed. */
function after(milliseconds: number, changed: Deps = deps): Deps {
  const at = Date.now() + milliseconds;
  return { ...changed, clock: { now: () => new Date(at) } };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : Promise.reject(error)),
  );
}

const isStaged = async (id: string) => (await deps.store.staging.get(id)) !== null;

/** Episodes whose body the sweep asks for. */
async function askedFor(at: Deps): Promise<string[]> {
  const jobs: Job[] = [];
  const enqueue = async (job: Job) => void jobs.push(job);
  await sweep({ ...at, store: { ...at.store, jobs: { enqueue } } });
  return jobs.flatMap((job) => (job.name === "store-body" ? [job.episodeId] : []));
}

const DAMAGED = new Uint8Array([1, 2, 3]);

describe("the way of a body into the object store", () => {
  it("keeps the staged copy until a second look, an hour after the first", async () => {
    const episodeId = await upload();
    await storeBody(deps, { episodeId });
    expect((await deps.store.episodes.byId(episodeId))?.object?.key).toBe(bodyKey(episodeId));
    const early = after(SETTLED_MS - 60_000);
    await storeBody(early, { episodeId });
    expect(await isStaged(episodeId)).toBe(true);
    expect(await askedFor(early)).toEqual([]);
    const late = after(SETTLED_MS + 60_000);
    expect(await askedFor(late)).toEqual([episodeId]);
    await storeBody(late, { episodeId });
    expect(await isStaged(episodeId)).toBe(false);
    expect(await askedFor(late)).toEqual([]);
  });

  it("writes an object again that was lost before the second look, and waits anew", async () => {
    const episodeId = await upload();
    await storeBody(deps, { episodeId });
    await deps.objects.remove(bodyKey(episodeId));
    await storeBody(after(SETTLED_MS + 60_000), { episodeId });
    expect(await isStaged(episodeId)).toBe(true);
    await storeBody(after(2 * SETTLED_MS), { episodeId });
    expect(await isStaged(episodeId)).toBe(true);
    await storeBody(after(2 * SETTLED_MS + 120_000), { episodeId });
    expect(await isStaged(episodeId)).toBe(false);
  });

  it("replaces an object that is another one at the second look", async () => {
    const episodeId = await upload();
    await storeBody(deps, { episodeId });
    await deps.objects.remove(bodyKey(episodeId));
    await deps.objects.put(bodyKey(episodeId), DAMAGED);
    const late = after(SETTLED_MS + 60_000);
    expect(await codeOf(storeBody(late, { episodeId }))).toBe("unavailable");
    expect(await isStaged(episodeId)).toBe(true);
    await storeBody(late, { episodeId });
    const { object } = (await deps.store.episodes.byId(episodeId)) ?? {};
    expect((await deps.objects.get(bodyKey(episodeId)))?.length).toBe(object?.bytes);
  });

  it("looks at everything anew after a worker's start, and mends what the end before it has cost", async () => {
    const [kept, lost] = [await upload("kept"), await upload("lost")];
    for (const episodeId of [kept, lost]) await storeBody(deps, { episodeId });
    await deps.objects.remove(bodyKey(lost));
    expect(await distrustObjects(deps)).toBe(2);
    const soon = after(60_000);
    expect((await askedFor(soon)).sort()).toEqual([kept, lost].sort());
    for (const episodeId of [kept, lost]) await storeBody(soon, { episodeId });
    expect(await deps.objects.size(bodyKey(lost))).not.toBeNull();
    await storeBody(after(SETTLED_MS), { episodeId: kept });
    expect(await isStaged(kept)).toBe(true);
  });

  it("removes no object that another run of the same job has found whole meanwhile", async () => {
    const episodeId = await upload();
    const late = after(SETTLED_MS + 60_000);
    await storeBody(deps, { episodeId });
    // this run gets a wrong answer once, and before it acts on it the other one has dropped the staged copy
    let asked = 0;
    const get = async (key: string) => {
      asked += 1;
      if (asked > 1) return deps.objects.get(key);
      await storeBody(late, { episodeId });
      return DAMAGED;
    };
    const slow = { ...late, objects: { ...deps.objects, get } };
    expect(await codeOf(storeBody(slow, { episodeId }))).toBe("unavailable");
    expect(await isStaged(episodeId)).toBe(false);
    expect(await deps.objects.size(bodyKey(episodeId))).not.toBeNull();
  });

  it("does not drop a copy whose object another run has just removed", async () => {
    const episodeId = await upload();
    await storeBody(deps, { episodeId });
    const late = after(SETTLED_MS + 60_000);
    const get = async (key: string) => {
      const whole = await deps.objects.get(key);
      // between the look and the drop
      await deps.store.staging.setStored(episodeId, null);
      await deps.objects.remove(key);
      return whole;
    };
    await storeBody({ ...late, objects: { ...deps.objects, get } }, { episodeId });
    expect(await isStaged(episodeId)).toBe(true);
  });

  it("leaves nothing of an episode that was withdrawn while its body was on its way", async () => {
    const episodeId = await upload();
    const actor = await platform.uploader("ada@example.org");
    const put = async (key: string, body: Uint8Array) => {
      await revokeEpisode(deps, actor, { episodeId });
      return deps.objects.put(key, body);
    };
    await storeBody({ ...deps, objects: { ...deps.objects, put } }, { episodeId });
    expect(await deps.objects.size(bodyKey(episodeId))).toBeNull();
  });

  it("is read from the staged copy while the store is away, and is a fault without one", async () => {
    const episodeId = await upload();
    await storeBody(deps, { episodeId });
    await screenEpisode(deps, { episodeId });
    const get = () => Promise.reject(new AppError("unavailable"));
    const away = { ...deps, objects: { ...deps.objects, get } };
    expect((await readEpisode(away, episodeId)).episode.id).toBe(episodeId);
    await deps.store.staging.drop(episodeId);
    expect(await codeOf(readEpisode(away, episodeId))).toBe("unavailable");
  });

  it("asks for nothing while the store is away: the sweep after it does", async () => {
    const episodeId = await upload();
    const ready = () => Promise.reject(new AppError("unavailable"));
    expect(await askedFor({ ...deps, objects: { ...deps.objects, ready } })).toEqual([]);
    expect(await askedFor(deps)).toEqual([episodeId]);
  });
});

describe("room for bodies that wait", () => {
  it("refuses uploads above the quota, and takes them again when the store has caught up", async () => {
    const small = { ...deps, rules: { ...deps.rules, stagingBytes: 1 } };
    const actor = await platform.uploader("ada@example.org");
    const [first, second] = ["first", "second"].map((session) => bytesOf(sampleRecord({ session })));
    const send = (at: Deps, bytes: Uint8Array = new Uint8Array()) => codeOf(ingest(at, actor, { bytes }));
    expect(await send(small, first)).toBe("done");
    expect(await send(after(10_000, small), second)).toBe("storage_full");
    for await (const id of deps.store.staging.ids()) await deps.store.staging.drop(id);
    expect(await send(after(20_000, small), second)).toBe("done");
  });
});
