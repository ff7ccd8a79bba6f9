import { parseArgs } from "node:util";
import { encodeCursor } from "#lib/adapters/search-cursor.ts";
import { SearchQuery } from "#lib/domain/search/query.ts";
import { COMMON, documentId, LANGUAGES, MIDDLING, publishedAt, rareWord } from "./search-documents.ts";
import { type BenchEngine, inParallel } from "./search-engine.ts";
import { openMeilisearch } from "./search-in-meilisearch.ts";
import { openPostgres } from "./search-in-postgres.ts";

const ENGINES = { postgres: openPostgres, meilisearch: openMeilisearch };
type Query = Partial<SearchQuery>;

/**
 * `npm run bench:search [-- --episodes N,… --engine postgres|meilisearch --requests N]`: the search over N generated episodes, and
 * then over more, 8 clients at once. Meilisearch needs MEILISEARCH_BINARY, the path of a server.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      episodes: { type: "string", default: "10000" },
      engine: { type: "string", default: "postgres" },
      requests: { type: "string", default: "400" },
    },
  });
  const sizes = values.episodes.split(",").map(Number);
  if (!sizes.every((size, at) => Number.isInteger(size) && size >= Math.max(100, sizes[at - 1] ?? 0)))
    throw new Error("--episodes must be whole numbers from 100 on, each larger than the one before");
  const requests = Number(values.requests);
  if (!Number.isInteger(requests) || requests < 20)
    throw new Error("--requests must be a whole number from 20 on");
  const names = Object.keys(ENGINES) as (keyof typeof ENGINES)[]; // keys of a literal
  const name = names.find((known) => known === values.engine);
  if (!name) throw new Error(`--engine must be one of ${names.join(", ")}`);
  const engine = await ENGINES[name]();
  try {
    for (const episodes of sizes) await bench(engine, { episodes, requests });
  } finally {
    await engine.close();
  }
}

type Sizes = { episodes: number; requests: number };

async function bench(engine: BenchEngine, { episodes, requests }: Sizes): Promise<void> {
  say(`search bench: ${episodes} episodes, ${engine.title}, 8 clients, ${requests} requests a class`);
  const [began, idle] = [performance.now(), engine.processorMs?.()];
  const how = await engine.load(episodes);
  const seconds = (performance.now() - began) / 1000;
  const busy = engine.processorMs?.();
  const spent =
    busy === undefined || idle === undefined
      ? ""
      : `, ${((busy - idle) / 1000).toFixed(1)} s of processor time`;
  say(`load: ${seconds.toFixed(1)} s${spent}, ${Math.round(episodes / seconds)} documents/s, ${how}`);
  say(`size: ${await engine.sizes(episodes)}`);
  say(
    `\n${"class".padEnd(34)}${["p50 ms", "p95 ms", "max ms", "server p50", "p95", "cpu ms", "matches"].map((head) => head.padStart(10)).join("")}`,
  );
  for (const [name, queryOf] of Object.entries(queryClasses(episodes)))
    await measure(engine, { name, queryOf, requests });
}

/** One query of each class by the number of the request. */
function queryClasses(episodes: number): Record<string, (n: number) => Query> {
  // among the documents that every engine was given one by one
  const spread = (n: number) => (n * 7919) % Math.min(episodes, 20_000);
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

async function measure(
  engine: BenchEngine,
  { name, queryOf, requests }: { name: string; queryOf: (n: number) => Query; requests: number },
): Promise<void> {
  const { index } = engine;
  const times: number[] = [];
  let matches = "";
  let skipped = 0;
  await index.search(SearchQuery.parse(queryOf(0)));
  const before = engine.processorMs?.();
  engine.serverMs?.();
  await inParallel(requests, async (n) => {
    const query = SearchQuery.parse(queryOf(n));
    const began = performance.now();
    const { total, rankingSkipped } = await index.search(query);
    times.push(performance.now() - began);
    matches = `${total.value}${total.exact ? "" : "+"}`;
    if (rankingSkipped) skipped += 1;
  });
  const after = engine.processorMs?.();
  const cpu = before === undefined || after === undefined ? "-" : ((after - before) / requests).toFixed(1);
  const column = (value: string) => value.padStart(10);
  const inServer = engine.serverMs?.() ?? [];
  const [p50, p95, most] = [0.5, 0.95, 1].map((share) => column(shareOf(times, share)));
  const [own50, own95] = [0.5, 0.95].map((share) => column(shareOf(inServer, share)));
  const note = skipped > 0 ? `  ranking skipped ${skipped} times` : "";
  say(`${name.padEnd(34)}${p50}${p95}${most}${own50}${own95}${column(cpu)}${column(matches)}${note}`);
}

/** The time that this share of all did not take longer than; nothing where there are none. */
function shareOf(times: readonly number[], share: number): string {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1]?.toFixed(1) ?? "-";
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
