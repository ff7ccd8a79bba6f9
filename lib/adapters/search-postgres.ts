import { asc, eq, gt, type SQL, sql } from "drizzle-orm";
import type { Executor } from "#db/client.ts";
import { searchDocument as document, searchFacetCount } from "#db/schema/search.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { SearchDocument } from "#lib/domain/search/document.ts";
import type { SearchHits, SearchQuery } from "#lib/domain/search/query.ts";
import type { IndexBuild, SearchIndex } from "#lib/ports/search-index.ts";
import { driftOf } from "./search-drift.ts";
import { conditionsOf } from "./search-postgres-conditions.ts";
import { readStatistics, type Statistics, TOTAL } from "./search-postgres-facets.ts";
import { readFragments } from "./search-postgres-fragments.ts";
import { isTimeout } from "./search-postgres-limit.ts";
import { readPage } from "./search-postgres-page.ts";
import { searchableText, withoutControls } from "./search-text.ts";

const BATCH = 1000;
/** PostgreSQL refuses a vector of more than a megabyte; a text that makes one is indexed by its beginning. */
const SHORTENED = 40_000;
const TOO_LONG = "54000";

/**
 * Full-text search in PostgreSQL. No search ranks or counts an unbounded set: the newest 1,000 matches are ranked, counts
 * end at 10,000, pages go on by key, and a statement has one second. Failures are the database's own: the container
 * translates them.
 */
export function createPostgresSearchIndex(db: Executor): SearchIndex {
  return {
    put: (document) => put(db, document),
    remove: (id) => remove(db, id),
    search: (query) => search(db, query),
    ids: () => ids(db),
    drift: (expected) => driftOf(ids(db), expected),
    recount: () => recount(db),
    // its tables are the database's, which migrations make
    async prepare() {},
    async rebuild() {
      return rebuildInPlace(db);
    },
    async ready() {
      await db.select({ id: document.id }).from(document).limit(1);
    },
  };
}

async function search(db: Executor, query: SearchQuery): Promise<SearchHits> {
  const conditions = conditionsOf(query);
  const [page, statistics] = await Promise.all([
    readPage(db, query, conditions).catch(timedOut),
    readStatistics(db, query, conditions).catch(unlessTimeout<Statistics | undefined>(undefined)),
  ]);
  const fragments = await postgresFragments(db)(query.text, page.ids);
  return { ...page, fragments, ...(statistics ?? unknownStatistics(page.ids.length)) };
}

/** Marked text of these rows, of those that can be marked in time; for any engine that answers their ids. */
export function postgresFragments(db: Executor) {
  return (text: string, ids: readonly string[]): Promise<Record<string, string>> =>
    readFragments(db, text, ids).catch(unlessTimeout({}));
}

/** What is known without counting: at least the rows of this page. */
function unknownStatistics(shown: number): Statistics {
  return {
    total: { value: shown, exact: false },
    facets: { outcome: [], language: [], tool: [] },
    facetsExact: false,
  };
}

function unlessTimeout<Result>(instead: Result): (error: unknown) => Result {
  return (error) => {
    if (isTimeout(error)) return instead;
    throw error;
  };
}

function timedOut(error: unknown): never {
  if (!isTimeout(error)) throw error;
  throw new AppError("unavailable", { detail: "The search took too long.", forVisitor: true });
}

async function put(db: Executor, entry: SearchDocument): Promise<void> {
  try {
    await replace(db, entry);
  } catch (error) {
    if (!(error instanceof Error && hasCode(error.cause, TOO_LONG))) throw error;
    const cut = (text: string) => text.slice(0, SHORTENED);
    const { prompt, steps, identifiers } = entry;
    await replace(db, { ...entry, prompt: cut(prompt), steps: cut(steps), identifiers: cut(identifiers) });
  }
}

async function replace(db: Executor, entry: SearchDocument): Promise<void> {
  const { identifiers: _, ...shown } = entry;
  const row = {
    ...shown,
    title: withoutControls(entry.title),
    prompt: withoutControls(entry.prompt),
    result: withoutControls(entry.result),
    steps: withoutControls(entry.steps),
    languages: [...new Set(entry.languages)],
    toolKinds: [...new Set(entry.toolKinds)],
    tsv: vectorOf(entry),
  };
  await db.transaction(async (tx) => {
    const before = await takeFacets(tx, entry.id);
    await tx.insert(document).values(row).onConflictDoUpdate({ target: document.id, set: row });
    await count(tx, before, row);
  });
}

async function remove(db: Executor, id: string): Promise<void> {
  await db.transaction(async (tx) => {
    const before = await takeFacets(tx, id);
    if (!before) return;
    await tx.delete(document).where(eq(document.id, id));
    await count(tx, before, undefined);
  });
}

/** Weights: A title, B prompt, C result, D steps. Parts of names have no place, so no phrase is found across them. */
function vectorOf(entry: SearchDocument): SQL {
  const part = (text: string, weight: string) =>
    sql`setweight(to_tsvector('english', ${searchableText(text)}), ${weight})`;
  const labels = [...entry.toolNames, ...entry.errorKinds, ...entry.tags].join("\n");
  const names = searchableText(entry.identifiers);
  return sql`${part(entry.title, "A")} || ${part(entry.prompt, "B")} || ${part(entry.result, "C")}
    || ${part(entry.steps, "D")} || ${part(labels, "D")}
    || strip(to_tsvector('simple', ${names})) || strip(to_tsvector('english', ${names}))`;
}

/** Row by row: a search sees each one old or new, so nothing has to be put in a place at the end. */
function rebuildInPlace(db: Executor): IndexBuild {
  return {
    async put(documents) {
      for (const document of documents) await put(db, document);
    },
    async remove(gone) {
      for (const id of gone) await remove(db, id);
    },
    drift: (expected) => driftOf(ids(db), expected),
    publish: () => recount(db),
    async discard() {},
  };
}

type Facets = { outcome: string; languages: string[]; toolKinds: string[] };

/** What the index counts for a document now. Writers of one id wait for each other from here on. */
async function takeFacets(tx: Executor, id: string): Promise<Facets | undefined> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`search ${id}`}, 0))`);
  const { outcome, languages, toolKinds } = document;
  const [row] = await tx.select({ outcome, languages, toolKinds }).from(document).where(eq(document.id, id));
  return row;
}

/** Moves the counters of the whole corpus, in one order for all writers, so that none waits for another in a circle. */
async function count(tx: Executor, before: Facets | undefined, after: Facets | undefined): Promise<void> {
  const change = new Map<string, number>();
  for (const key of before ? countersOf(before) : []) change.set(key, (change.get(key) ?? 0) - 1);
  for (const key of after ? countersOf(after) : []) change.set(key, (change.get(key) ?? 0) + 1);
  const rows = [...change]
    .filter(([, by]) => by !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, by]) => {
      const [facet = "", ...value] = key.split(":");
      return { facet, value: value.join(":"), count: by };
    });
  if (rows.length === 0) return;
  await tx
    .insert(searchFacetCount)
    .values(rows)
    .onConflictDoUpdate({
      target: [searchFacetCount.facet, searchFacetCount.value],
      set: { count: sql`${searchFacetCount.count} + excluded.count` },
    });
}

/** Writers wait meanwhile: whoever has counted is seen here, and whoever is seen here has counted. */
async function recount(db: Executor): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`lock table ${searchFacetCount} in share row exclusive mode`);
    await tx.delete(searchFacetCount);
    await tx.execute(sql`
      insert into ${searchFacetCount} (facet, value, count)
      select ${TOTAL}, '', count(*)::int from ${document} having count(*) > 0
      union all select 'outcome', outcome, count(*)::int from ${document} group by outcome
      union all select 'language', item, count(*)::int from ${document}, unnest(languages) as item group by item
      union all select 'tool', item, count(*)::int from ${document}, unnest(tool_kinds) as item group by item`);
  });
}

function countersOf({ outcome, languages, toolKinds }: Facets): string[] {
  return [
    `${TOTAL}:`,
    `outcome:${outcome}`,
    ...languages.map((value) => `language:${value}`),
    ...toolKinds.map((value) => `tool:${value}`),
  ];
}

async function* ids(db: Executor): AsyncGenerator<string> {
  for (let after = ""; ; ) {
    const rows = await db
      .select({ id: document.id })
      .from(document)
      .where(gt(document.id, after))
      .orderBy(asc(document.id))
      .limit(BATCH);
    for (const row of rows) yield row.id;
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) return;
    after = last.id;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
