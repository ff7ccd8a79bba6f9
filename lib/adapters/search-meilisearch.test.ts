import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { connect, type DatabaseHandle } from "#db/client.ts";
import { guarded } from "#db/errors.ts";
import { type TestDatabase, testDatabase } from "#db/testing/database.ts";
import { SearchQuery } from "#lib/domain/search/query.ts";
import type { SearchIndex } from "#lib/ports/search-index.ts";
import { createMeilisearchIndex } from "./search-meilisearch.ts";
import { makeSearchKeys, searchKeyOf, type SearchKeys } from "./search-meilisearch-keys.ts";
import { createPostgresSearchIndex } from "./search-postgres.ts";
import { createSearchWithFallback } from "./search-with-fallback.ts";
import { systemClock } from "./system.ts";
import {
  MEILISEARCH_BINARY,
  type MeilisearchServer,
  startMeilisearch,
} from "./testing/meilisearch-server.ts";
import { emptyMeilisearch, masterOf } from "./testing/search-engines.ts";
import { entry, idOf } from "./testing/search-entries.ts";

describe.skipIf(MEILISEARCH_BINARY === undefined)("Meilisearch (needs MEILISEARCH_BINARY)", () => {
  let database: TestDatabase;
  let handle: DatabaseHandle;
  let server: MeilisearchServer;
  let keys: SearchKeys;
  let index: SearchIndex;
  const said: string[] = [];
  const note = (event: string, fields: object = {}) => void said.push(`${event} ${JSON.stringify(fields)}`);
  const log = { info: note, warn: note, error: note };
  const open = (key: string | undefined, url = server.url) =>
    guarded(createMeilisearchIndex({ url, key, fragments: async () => ({}) }));
  const inReserve = (engine: SearchIndex) =>
    createSearchWithFallback({
      engine,
      fallback: guarded(createPostgresSearchIndex(handle.db)),
      log,
      clock: systemClock,
      retryAfterMs: 0,
    });
  const ask = (asked: SearchIndex, query: Partial<SearchQuery> = {}) =>
    asked.search(SearchQuery.parse(query));

  beforeAll(async () => {
    database = await testDatabase();
    handle = connect(database.url);
    server = await startMeilisearch();
    keys = await makeSearchKeys(server);
  });
  afterAll(async () => {
    await server.close();
    await handle.close();
    await database.drop();
  });
  beforeEach(async () => {
    await emptyMeilisearch(server);
    await handle.sql`truncate search_document, search_facet_count`;
    said.length = 0;
    index = open(keys.writer);
    await index.prepare();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("has the same keys at every making, each with its own rights", async () => {
    expect(await makeSearchKeys(server)).toEqual(keys);
    for (const name of ["searcher", "writer", "ops"] as const)
      expect(searchKeyOf(server.masterKey, name)).toBe(keys[name]);
    const searcher = open(keys.searcher);
    await searcher.ready();
    const refused = { code: "configuration_invalid", detail: expect.stringContaining("MEILI_API_KEY") };
    await expect(searcher.put(entry(1))).rejects.toMatchObject(refused);
    await expect(open(keys.ops).ready()).rejects.toMatchObject(refused);
    await expect(makeSearchKeys({ url: server.url, masterKey: keys.writer })).rejects.toMatchObject({
      code: "configuration_invalid",
      detail: expect.stringContaining("MEILI_MASTER_KEY"),
    });
  });

  test("makes a key anew whose rights were changed", async () => {
    const master = masterOf(server);
    const [found] = (await master.getKeys({ limit: 100 })).results.filter(({ key }) => key === keys.searcher);
    const uid = found?.uid ?? "";
    await master.deleteKey(uid);
    await master.createKey({ uid, actions: ["*"], indexes: ["*"], expiresAt: null });
    expect(await makeSearchKeys(server)).toEqual(keys);
    expect((await master.getKey(uid)).actions).toEqual(["search"]);
  });

  test("lets nothing out of the index but an id and a moment", async () => {
    await index.put(entry(1, { prompt: "private words", steps: "more words" }));
    const { hits } = await masterOf(server).index("episodes").search("words");
    expect(hits.map((hit) => Object.keys(hit).sort())).toEqual([["id", "publishedAt"]]);
  });

  test("has removed a document when it says so", async () => {
    await index.put(entry(1));
    await index.remove(idOf(1));
    const gone = masterOf(server).index("episodes").getDocument(idOf(1));
    await expect(gone).rejects.toMatchObject({ cause: { code: "document_not_found" } });
  });

  test("a wrong key is named, and the reserve answers", async () => {
    const wrong = open("k".repeat(40));
    const fault = { code: "configuration_invalid", detail: expect.stringContaining("invalid_api_key") };
    await expect(ask(wrong)).rejects.toMatchObject(fault);
    await expect(wrong.ready()).rejects.toMatchObject(fault);
    const both = inReserve(wrong);
    await expect(both.put(entry(1))).rejects.toMatchObject(fault);
    expect(await ask(both)).toMatchObject({ ids: [idOf(1)], fallback: true });
    await ask(both);
    expect(said).toEqual(['search.engine_away {"code":"configuration_invalid"}']);
  });

  test("an index with other settings is named and mended", async () => {
    await index.put(entry(1));
    const raw = masterOf(server).index("episodes");
    await raw.resetSettings().waitTask();
    await expect(ask(index, { outcome: ["success"] })).rejects.toMatchObject({
      code: "unavailable",
      detail: expect.stringContaining("another version"),
    });
    await expect(index.ready()).rejects.toMatchObject({ code: "unavailable" });
    await index.prepare();
    expect((await ask(index, { outcome: ["success"] })).ids).toEqual([idOf(1)]);
    const last = async () => (await masterOf(server).tasks.getTasks({ limit: 1 })).results[0]?.uid;
    const before = await last();
    await index.prepare();
    expect(await last()).toBe(before);
  });

  test("documents of another version are drift until they are written anew", async () => {
    await index.put(entry(1));
    await masterOf(server)
      .index("episodes")
      .updateDocuments([{ id: idOf(1), version: 0 }])
      .waitTask();
    expect(await index.drift(new Set([idOf(1), idOf(2)]))).toEqual(new Set([idOf(1), idOf(2)]));
    await index.put(entry(1));
    expect(await index.drift(new Set([idOf(1)]))).toEqual(new Set());
    expect(await index.drift(new Set())).toEqual(new Set([idOf(1)]));
  });

  test("a task that fails is named by its kind and code, without a word of the document", async () => {
    const bad = entry(1, { id: "no id of ours" });
    const failure = await index.put(bad).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "unavailable",
      detail: "A task of Meilisearch failed: documentAdditionOrUpdate, invalid_document_id.",
    });
    expect(JSON.stringify([failure, String((failure as Error).cause)])).not.toContain("no id of ours");
    const build = await index.rebuild();
    await build.put([bad]);
    await expect(build.publish()).rejects.toMatchObject({ code: "unavailable" });
    await build.discard();
  });

  test("a server without the index says what to do, and a write makes it with its settings", async () => {
    await emptyMeilisearch(server);
    await expect(ask(index)).rejects.toMatchObject({ detail: expect.stringContaining("reindex") });
    expect(await index.drift(new Set([idOf(1)]))).toEqual(new Set([idOf(1)]));
    await index.put(entry(1));
    expect(await masterOf(server).index("episodes").getDisplayedAttributes()).toEqual(["id", "publishedAt"]);
  });

  test("a server that goes down in the middle: the reserve goes on, writes fail, and it comes back", async () => {
    const both = inReserve(index);
    for (let n = 1; n <= 5; n += 1) await both.put(entry(n, { prompt: "word" }));
    const newest = await ask(both, { sort: "newest", limit: 2 });
    const ranked = await ask(both, { text: "word", limit: 2 });
    expect([newest.fallback, ranked.fallback]).toEqual([undefined, undefined]);
    await server.stop();
    try {
      const next = await ask(both, { sort: "newest", limit: 2, cursor: newest.next });
      expect(next).toMatchObject({ ids: [idOf(3), idOf(2)], fallback: true });
      const again = await ask(both, { text: "word", limit: 2, cursor: ranked.next });
      expect(again).toMatchObject({ ids: [idOf(5), idOf(4)], fallback: true });
      await expect(both.put(entry(6))).rejects.toMatchObject({ code: "unavailable" });
      await expect(both.remove(idOf(1))).rejects.toMatchObject({ code: "unavailable" });
      await expect(both.ready()).rejects.toMatchObject({ code: "unavailable" });
      await both.recount();
      await both.prepare();
      expect((await ask(both)).ids).toEqual([6, 5, 4, 3, 2].map(idOf));
    } finally {
      await server.start();
    }
    expect(await both.drift(new Set([2, 3, 4, 5, 6].map(idOf)))).toEqual(new Set([idOf(6), idOf(1)]));
    await both.put(entry(6));
    await both.remove(idOf(1));
    const back = await ask(both, { text: "word", limit: 2, cursor: ranked.next });
    expect(back).toMatchObject({ ids: [idOf(3), idOf(2)] });
    expect(back.fallback).toBeUndefined();
    expect(said.filter((line) => line.startsWith("search.engine_away"))).toHaveLength(1);
    expect(said.at(-1)).toBe("search.engine_back {}");
  });

  test("a server that hangs holds nobody up for long", async () => {
    const both = inReserve(index);
    await both.put(entry(1));
    process.kill(server.pid(), "SIGSTOP");
    try {
      expect(await ask(both)).toMatchObject({ ids: [idOf(1)], fallback: true });
    } finally {
      process.kill(server.pid(), "SIGCONT");
    }
  });

  test("a server that refuses the data of another version is one that is away", async () => {
    const both = inReserve(index);
    await both.put(entry(1));
    await server.stop();
    const file = join(server.folder, "data.ms", "VERSION");
    const version = readFileSync(file, "utf8");
    writeFileSync(file, "1.9.0");
    try {
      await expect(server.start()).rejects.toThrow("ended with code");
      expect(await ask(both)).toMatchObject({ ids: [idOf(1)], fallback: true });
    } finally {
      writeFileSync(file, version);
      await server.start();
    }
    expect((await ask(both)).fallback).toBeUndefined();
  });

  test("answers of another program are no answers", async () => {
    const other = open(keys.writer, "http://127.0.0.1:1");
    await expect(ask(other)).rejects.toMatchObject({
      code: "unavailable",
      detail: "Meilisearch does not answer.",
    });
  });

  describe("built anew", () => {
    test("is searched as it was until the new one takes its place; writes go to both", async () => {
      for (const n of [1, 2, 3]) await index.put(entry(n));
      const build = await index.rebuild();
      await build.put([entry(1, { prompt: "new" }), entry(2), entry(3)]);
      await open(keys.writer).put(entry(4));
      await open(keys.writer).remove(idOf(2));
      await build.remove([idOf(3)]);
      expect((await ask(index)).ids).toEqual([4, 3, 1].map(idOf));
      expect(await build.drift(new Set([1, 4, 5].map(idOf)))).toEqual(new Set([idOf(5)]));
      expect((await ask(index, { text: "new" })).ids).toEqual([]);
      await build.publish();
      expect((await ask(index)).ids).toEqual([4, 1].map(idOf));
      expect((await ask(index, { text: "new" })).ids).toEqual([idOf(1)]);
      expect((await masterOf(server).getRawIndexes()).results.map(({ uid }) => uid)).toEqual(["episodes"]);
    });

    test("loses no write that comes while it is swapped in", async () => {
      const written: number[] = [];
      const stop = new AbortController();
      const writer = async (from: number) => {
        for (let n = from; !stop.signal.aborted; n += 10) {
          await open(keys.writer).put(entry(n));
          if (n % 30 === from) await open(keys.writer).remove(idOf(n));
          else written.push(n);
        }
      };
      const writers = [1, 2, 3].map(writer);
      try {
        for (let round = 0; round < 3; round += 1) {
          const build = await index.rebuild();
          await build.put(written.map((n) => entry(n)));
          await build.publish();
        }
      } finally {
        stop.abort();
        await Promise.all(writers);
      }
      expect((await Array.fromAsync(index.ids())).sort()).toEqual(written.map(idOf).sort());
    });

    test("by one at a time, and a discarded build leaves nothing", async () => {
      await index.put(entry(1));
      const build = await index.rebuild();
      await expect(index.rebuild()).rejects.toMatchObject({ code: "already_exists" });
      const other = await index.rebuild({ dropOther: true });
      await other.put([entry(2)]);
      await other.discard();
      await expect(build.publish()).rejects.toMatchObject({ code: "unavailable" });
      expect((await ask(index)).ids).toEqual([idOf(1)]);
    });

    test("what a broken build and a late write leave is dropped in time", async () => {
      const names = async () => (await masterOf(server).getRawIndexes()).results.map(({ uid }) => uid).sort();
      await index.rebuild();
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * 60_000 });
      await index.recount();
      expect(await names()).toEqual(["episodes", "episodes_next"]);
      vi.setSystemTime(Date.now() + 25 * 3_600_000);
      await index.recount();
      expect(await names()).toEqual(["episodes"]);
      vi.useRealTimers();
      await masterOf(server)
        .index("episodes_next")
        .addDocuments([{ id: idOf(1) }])
        .waitTask();
      await index.recount();
      expect(await names()).toEqual(["episodes", "episodes_next"]);
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * 60_000 });
      await index.recount();
      expect(await names()).toEqual(["episodes"]);
    });
  });
});
