import { type EnqueuedTask, Meilisearch } from "meilisearch";
import type { SearchDocument } from "#lib/domain/search/document.ts";
import type { SearchIndex } from "#lib/ports/search-index.ts";
import { driftOf } from "./search-drift.ts";
import { beginBuild, BESIDE, dropRemains } from "./search-meilisearch-build.ts";
import { answered, isMeilisearchFault, LIMITS_MS, succeeded } from "./search-meilisearch-faults.ts";
import { idsBehind, otherVersions } from "./search-meilisearch-filter.ts";
import { type Place, searchMeilisearch } from "./search-meilisearch-page.ts";
import { INDEX_SETTINGS, INDEX_VERSION, indexed, isSettled } from "./search-meilisearch-settings.ts";

const BATCH = 1000;

/** A packed answer comes in pieces, and each waits for the network to confirm the last one: some 44 ms a search. */
const UNCOMPRESSED = { headers: { "accept-encoding": "identity" } };

export type MeilisearchOptions = {
  url: string;
  /** A key made by `makeSearchKeys`: the searcher's finds, the writer's does all else too. */
  key?: string | undefined;
  /** Name of the index. The keys reach names that begin with `episodes`. */
  index?: string;
  /** Marked text of hits. It comes from the store's copy: out of the index come ids alone. */
  fragments: (text: string, ids: readonly string[]) => Promise<Record<string, string>>;
};

/**
 * Search in Meilisearch. Writes wait until their task has succeeded and go to a build as well while there is one. Failures
 * are AppErrors that name what to do: `unavailable`, `configuration_invalid` for a refused key, `input_invalid` for a cursor.
 */
export function createMeilisearchIndex(options: MeilisearchOptions): SearchIndex {
  const { url, key, index = "episodes", fragments } = options;
  const access = { host: url, ...(key === undefined ? {} : { apiKey: key }), requestInit: UNCOMPRESSED };
  const searcher: Place = { client: new Meilisearch({ ...access, timeout: LIMITS_MS.search }), index };
  const writer: Place = { client: new Meilisearch({ ...access, timeout: LIMITS_MS.request }), index };
  const prepare = () => prepareIndex(writer);
  return {
    put: (document) => put(writer, document),
    remove: (id) => remove(writer, id),
    async search(query) {
      const found = await searchMeilisearch(searcher, query);
      return { ...found, fragments: await fragments(query.text, found.ids) };
    },
    ids: () => idsIn(writer, index),
    drift: (expected) => driftIn(writer, index, expected),
    recount: () => dropRemains(writer),
    prepare,
    async rebuild(choice = {}) {
      await prepare();
      return beginBuild(writer, { ...choice, drift: (name, expected) => driftIn(writer, name, expected) });
    },
    async ready() {
      await answered(searcher.client.index(index).search("", { limit: 1, sort: ["publishedAt:desc"] }));
    },
  };
}

/** Makes the index if it is missing and gives it our settings where it has others. */
async function prepareIndex({ client, index }: Place): Promise<void> {
  if (!(await namesOf({ client, index })).has(index)) {
    const made = client.createIndex(index, { primaryKey: "id" });
    await succeeded(client, made, { timeoutMs: LIMITS_MS.write, unless: ["index_already_exists"] });
  }
  const have = await answered(client.index(index).getSettings());
  if (isSettled(have)) return;
  await succeeded(client, client.index(index).updateSettings(INDEX_SETTINGS), { timeoutMs: LIMITS_MS.bulk });
}

/** Which of the index and its build there are. Asked at each write: a build may begin at any moment, in any process. */
async function namesOf({ client, index }: Place): Promise<Set<string>> {
  const { results } = await answered(client.getRawIndexes({ limit: BATCH }));
  return new Set(results.map(({ uid }) => uid).filter((uid) => uid === index || uid === index + BESIDE));
}

async function put(place: Place, document: SearchDocument): Promise<void> {
  const names = await namesOf(place);
  // a document would make an index by itself, one that shows all it holds
  if (!names.has(place.index)) await prepareIndex(place);
  const rows = [indexed(document)];
  await inBoth(place, new Set([...names, place.index]), ({ client }, name) =>
    client.index(name).addDocuments(rows),
  );
}

async function remove(place: Place, id: string): Promise<void> {
  await inBoth(place, await namesOf(place), ({ client }, name) => client.index(name).deleteDocument(id));
}

type Write = (place: Place, name: string) => Promise<EnqueuedTask>;

/**
 * A write to the build, if there is one, and to the index. The build's is asked for first: whether the two are swapped
 * before, between or behind the writes, the one that is the index from then on gets it.
 */
async function inBoth(place: Place, names: ReadonlySet<string>, write: Write): Promise<void> {
  const { client, index } = place;
  const tasks: EnqueuedTask[] = [];
  for (const name of [index + BESIDE, index])
    if (names.has(name)) tasks.push(await answered(write(place, name)));
  for (const task of tasks)
    await succeeded(client, task, { timeoutMs: LIMITS_MS.write, unless: ["index_not_found"] });
}

/** By key, so that what comes and goes meanwhile moves nothing. */
async function* idsIn({ client }: Place, name: string, filter: string[] = []): AsyncGenerator<string> {
  for (let after: string | undefined; ; ) {
    const page = client.index(name).getDocuments({
      filter: [...filter, idsBehind(after)],
      sort: ["id:asc"],
      fields: ["id"],
      limit: BATCH,
    });
    const { results } = await answered(page);
    const ids = results.map(({ id }) => String(id));
    yield* ids;
    after = ids.at(-1);
    if (after === undefined || ids.length < BATCH) return;
  }
}

async function driftIn(place: Place, name: string, expected: ReadonlySet<string>): Promise<Set<string>> {
  try {
    const drift = await driftOf(idsIn(place, name), expected);
    for await (const id of idsIn(place, name, [otherVersions(INDEX_VERSION)])) drift.add(id);
    return drift;
  } catch (error) {
    if (isMeilisearchFault(error, "index_not_found")) return new Set(expected);
    throw error;
  }
}
