import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeSearchKeys } from "#lib/adapters/search-meilisearch-keys.ts";
import {
  MEILISEARCH_BINARY,
  type MeilisearchServer,
  startMeilisearch,
} from "#lib/adapters/testing/meilisearch-server.ts";
import { emptyMeilisearch, masterOf } from "#lib/adapters/testing/search-engines.ts";
import { idOf } from "#lib/adapters/testing/search-entries.ts";
import { SearchQuery } from "#lib/domain/search/query.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { IndexBuild } from "#lib/ports/search-index.ts";
import { bodyKey } from "./episode-body.ts";
import { ingest } from "./ingest.ts";
import { projectEpisode } from "./project.ts";
import { purgeEpisode } from "./purge.ts";
import { reindex } from "./reindex.ts";
import { rescan } from "./rescan.ts";
import { revokeEpisode } from "./revoke.ts";
import { screenEpisode } from "./screen.ts";
import { searchEpisodes } from "./search.ts";
import { storeBody } from "./store-body.ts";
import { sweep } from "./sweep.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { bytesOf, sampleRecord } from "./testing/records.ts";

let server: MeilisearchServer | undefined;
let platform: TestPlatform;
beforeAll(async () => {
  if (MEILISEARCH_BINARY) server = await startMeilisearch();
});
afterAll(async () => {
  await server?.close();
});
afterEach(async () => {
  await platform.close();
});

async function publish(session: string): Promise<string> {
  const actor = await platform.uploader("ada@example.org");
  const record = sampleRecord({ contributor: "ada", session, prompt: `Session ${session}` });
  await ingest(platform.deps, actor, { bytes: bytesOf(record) });
  for (const step of [storeBody, screenEpisode, projectEpisode])
    await step(platform.deps, { episodeId: record.id });
  return record.id;
}

async function withdraw(episodeId: string): Promise<void> {
  await revokeEpisode(platform.deps, await platform.uploader("ada@example.org"), { episodeId });
}

const find = (text: string) => searchEpisodes(platform.deps, SearchQuery.parse({ text }));
const idsFound = async (text: string) => (await find(text)).items.map(({ id }) => id).sort();

/** The platform with something done at each call of the build. */
function watched(deps: Deps, onCall: (call: "put" | "drift") => Promise<void>): Deps {
  const rebuild = async (options?: { dropOther?: boolean }): Promise<IndexBuild> => {
    const build = await deps.search.rebuild(options);
    return {
      ...build,
      put: async (documents) => {
        await onCall("put");
        await build.put(documents);
      },
      drift: async (expected) => {
        await onCall("drift");
        return build.drift(expected);
      },
    };
  };
  return { ...deps, search: { ...deps.search, rebuild } };
}

function behaviour(open: () => Promise<TestPlatform>): void {
  beforeEach(async () => {
    platform = await open();
    await rescan(platform.deps);
  });

  it("makes an index of what is public and of nothing else", async () => {
    const [one, two, gone] = [await publish("one"), await publish("two"), await publish("gone")];
    await withdraw(gone);
    for await (const id of platform.deps.search.ids()) await platform.deps.search.remove(id);
    expect(await idsFound("session")).toEqual([]);
    expect(await reindex(platform.deps)).toEqual({ documents: 2, public: 2, underWay: 0, unreadable: 0 });
    expect(await idsFound("session")).toEqual([one, two].sort());
    expect([...(await Array.fromAsync(platform.deps.search.ids()))].sort()).toEqual([one, two].sort());
  });

  it("keeps what is published and loses what is withdrawn while it builds", async () => {
    const [kept, gone, late] = [await publish("kept"), await publish("gone"), await publish("late")];
    let puts = 0;
    let added = "";
    const deps = watched(platform.deps, async (call) => {
      if (call === "put" && ++puts === 1) {
        // the batch that holds it has been read: its job runs before the batch is written
        await withdraw(gone);
        await projectEpisode(platform.deps, { episodeId: gone });
        added = await publish("added");
      }
      if (call === "drift") {
        await withdraw(late).catch(() => {});
        await projectEpisode(platform.deps, { episodeId: late });
      }
    });
    await reindex(deps);
    const held = (await Array.fromAsync(platform.deps.search.ids())).sort();
    expect(held).toEqual([kept, added].sort());
    expect(await idsFound("session")).toEqual([kept, added].sort());
  });

  it("leaves out what can't be read any more", async () => {
    const [kept, damaged] = [await publish("kept"), await publish("damaged")];
    await platform.deps.objects.remove(bodyKey(damaged));
    await platform.deps.store.staging.drop(damaged);
    expect(await reindex(platform.deps)).toEqual({ documents: 1, public: 2, underWay: 0, unreadable: 1 });
    expect(await idsFound("session")).toContain(kept);
  });

  it("leaves the index as it was when it fails, and can be begun again", async () => {
    const one = await publish("one");
    const broken = watched(platform.deps, async (call) => {
      if (call === "drift") throw new Error("the power went");
    });
    await expect(reindex(broken)).rejects.toThrow("the power went");
    expect(await idsFound("session")).toEqual([one]);
    expect(await reindex(platform.deps)).toMatchObject({ documents: 1 });
  });
}

describe("reindex in PostgreSQL", () => behaviour(() => testPlatform({ working: false })));

describe.skipIf(MEILISEARCH_BINARY === undefined)(
  "a platform with Meilisearch (needs MEILISEARCH_BINARY)",
  () => {
    const started = () => {
      if (!server) throw new Error("there is no server");
      return server;
    };
    behaviour(async () => {
      await emptyMeilisearch(started());
      const { writer } = await makeSearchKeys(started());
      const env = { MEILI_URL: started().url, MEILI_API_KEY: writer };
      const opened = await testPlatform({ working: false, env });
      await opened.deps.search.prepare();
      return opened;
    });

    it("shows nothing of an index that lies: unknown ids, withdrawn ones, things that are no ids", async () => {
      const [kept, gone] = [await publish("kept"), await publish("gone")];
      const raw = masterOf(started()).index("episodes");
      const copy = {
        id: gone,
        version: 1,
        publishedAt: Date.now(),
        title: "falsehood session",
        outcome: "success",
        languages: ["go"],
        toolKinds: ["shell"],
      };
      await withdraw(gone);
      await projectEpisode(platform.deps, { episodeId: gone });
      const lies = [
        copy,
        { ...copy, id: idOf(77) },
        { ...copy, id: "no-id" },
        { ...copy, id: idOf(78), publishedAt: "?" },
      ];
      await raw.addDocuments(lies).waitTask();
      const found = await find("session");
      expect(found.fallback).toBeUndefined();
      expect(found.items.map(({ id }) => id)).toEqual([kept]);
      expect(found.total.value).toBeGreaterThanOrEqual(1);
      const onlyLies = await find("falsehood");
      expect(onlyLies).toMatchObject({
        items: [],
        total: { value: 0 },
        facets: { outcome: [], language: [] },
      });
      const drift = await platform.deps.search.drift(new Set([kept]));
      expect([...drift]).toEqual(expect.arrayContaining([gone, idOf(77)]));
    });

    it("queues what it can't write: the sweep asks again until the engine has it", async () => {
      const kept = await publish("kept");
      const gone = await publish("gone");
      await started().stop();
      try {
        await expect(publish("missed")).rejects.toMatchObject({ code: "unavailable" });
        await withdraw(gone);
        await expect(purgeEpisode(platform.deps, { episodeId: gone })).rejects.toMatchObject({
          code: "unavailable",
        });
        const found = await find("session");
        expect(found.fallback).toBe(true);
        expect(found.items.map(({ id }) => id)).toContain(kept);
        expect(found.items.map(({ id }) => id)).not.toContain(gone);
        await sweep(platform.deps);
      } finally {
        await started().start();
      }
      const jobs: { name: string; episodeId?: string }[] = [];
      const enqueue = async (job: (typeof jobs)[number]) => void jobs.push(job);
      const store = { ...platform.deps.store, jobs: { enqueue } };
      await sweep({ ...platform.deps, store });
      expect(jobs.filter(({ name }) => name === "project")).toHaveLength(2);
      expect(jobs).toContainEqual({ name: "purge", episodeId: gone });
    });

    it("is ready only with its engine", async () => {
      await platform.deps.search.ready();
      await masterOf(started()).deleteIndex("episodes").waitTask();
      await expect(platform.deps.search.ready()).rejects.toMatchObject({ code: "unavailable" });
    });
  },
);
