import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { connect, type DatabaseHandle } from "#db/client.ts";
import { migrate } from "#db/migrate.ts";
import { encodeCursor } from "#lib/adapters/search-cursor.ts";
import { createPostgresSearchIndex } from "#lib/adapters/search-postgres.ts";
import { SearchQuery } from "#lib/domain/search/query.ts";
import type { SearchIndex } from "#lib/ports/search-index.ts";
import { startEmbedded } from "#workers/embedded-postgres/server.ts";
import {
  benchDocument,
  COMMON,
  documentId,
  LANGUAGES,
  MIDDLING,
  publishedAt,
  rareWord,
} from "./search-documents.ts";

const CLIENTS = 8;
const REQUESTS = 400;
type Query = Partial<SearchQuery>;

/** `npm run bench:search [-- --episodes N]`: the embedded search over N generated episodes, 8 clients at once. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { episodes: { type: "string", default: "10000" } } });
  const episodes = Number(values.episodes);
  if (!Number.isInteger(episodes) || episodes < 100)
    throw new Error("--episodes must be a whole number from 100 on");
  const folder = mkdtempSync(join(tmpdir(), "trace-share-bench-"));
  // Root runs the database as another user, who has to pass.
  chmodSync(folder, 0o711);
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  try {
    const server = await startEmbedded({ dataDir: join(folder, "data") });
    try {
      await migrate(server.url);
      await bench(server.url, episodes);
    } finally {
      await server.release();
    }
  } finally {
    removeFolder();
  }
}

async function bench(url: string, episodes: number): Promise<void> {
  const database = connect(url);
  try {
    const index = createPostgresSearchIndex(database.db);
    say(
      `search bench: ${episodes} episodes, embedded PostgreSQL, ${CLIENTS} clients, ${REQUESTS} requests a class`,
    );
    await load(database, index, episodes);
    await saySizes(database);
    say(
      `\n${"class".padEnd(34)}${["p50 ms", "p95 ms", "max ms", "matches"].map((head) => head.padStart(10)).join("")}`,
    );
    for (const [name, queryOf] of Object.entries(queryClasses(episodes))) await measure(index, name, queryOf);
  } finally {
    await database.close();
  }
}

async function load(database: DatabaseHandle, index: SearchIndex, episodes: number): Promise<void> {
  const began = performance.now();
  await inParallel(episodes, (n) => index.put(benchDocument(n)));
  const seconds = (performance.now() - began) / 1000;
  say(`load: ${seconds.toFixed(1)} s, ${Math.round(episodes / seconds)} documents/s, one transaction each`);
  await database.sql`vacuum analyze search_document`;
}

async function saySizes({ sql }: DatabaseHandle): Promise<void> {
  const [sizes] = await sql<{ heap: string; toast: string; words: string; whole: string }[]>`
    select pg_size_pretty(pg_relation_size('search_document')) as heap,
      pg_size_pretty(pg_table_size('search_document') - pg_relation_size('search_document')) as toast,
      pg_size_pretty(pg_relation_size('search_document_tsv')) as words,
      pg_size_pretty(pg_total_relation_size('search_document')) as whole`;
  if (sizes)
    say(`size: ${sizes.whole} (rows ${sizes.heap}, long texts ${sizes.toast}, word index ${sizes.words})`);
}

/** One query of each class by the number of the request. */
function queryClasses(episodes: number): Record<string, (n: number) => Query> {
  const spread = (n: number) => (n * 7919) % episodes;
  const language = (n: number) => [LANGUAGES[n % LANGUAGES.length] ?? ""];
  const middle = (n: number) => {
    const place = Math.floor(episodes / 2) - (n % 100);
    return encodeCursor({ order: "newest", at: publishedAt(place).toISOString(), id: documentId(place) });
  };
  return {
    "common word, by relevance": () => ({ text: COMMON }),
    "common word, newest first": () => ({ text: COMMON, sort: "newest" }),
    "two words": () => ({ text: `${COMMON} ${MIDDLING}` }),
    "rare word": (n) => ({ text: rareWord(spread(n)) }),
    phrase: () => ({ text: `"${COMMON} ${MIDDLING}"` }),
    "browse, no filter": () => ({ sort: "newest" }),
    "browse, language and tool": (n) => ({ sort: "newest", language: language(n), tool: ["shell"] }),
    "keyset page in the middle": (n) => ({ sort: "newest", cursor: middle(n) }),
    "common word, all facets filtered": (n) => ({
      text: COMMON,
      outcome: ["success"],
      language: language(n),
      tool: ["edit", "shell"],
    }),
  };
}

async function measure(index: SearchIndex, name: string, queryOf: (n: number) => Query): Promise<void> {
  const times: number[] = [];
  let matches = "";
  let skipped = 0;
  await index.search(SearchQuery.parse(queryOf(0)));
  await inParallel(REQUESTS, async (n) => {
    const query = SearchQuery.parse(queryOf(n));
    const began = performance.now();
    const { total, rankingSkipped } = await index.search(query);
    times.push(performance.now() - began);
    matches = `${total.value}${total.exact ? "" : "+"}`;
    if (rankingSkipped) skipped += 1;
  });
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.ceil(times.length * share) - 1] ?? 0).toFixed(1).padStart(10);
  const note = skipped > 0 ? `  ranking skipped ${skipped} times` : "";
  say(`${name.padEnd(34)}${at(0.5)}${at(0.95)}${at(1)}${matches.padStart(10)}${note}`);
}

/** Runs `count` pieces of work, one per client at a time. */
async function inParallel(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const client = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
