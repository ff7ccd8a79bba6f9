import { TOOL_KINDS } from "#lib/domain/episode/lists.ts";
import { blake3Hex } from "#lib/domain/hash.ts";
import { identifiersOf, type SearchDocument } from "#lib/domain/search/document.ts";

/** Words of known frequency, so that each kind of query means the same at every size. */
export const COMMON = "connection";
export const MIDDLING = "timeout";
export const LANGUAGES = [
  "typescript",
  "python",
  "go",
  "rust",
  "java",
  "ruby",
  "bash",
  "sql",
  "css",
  "kotlin",
];

/** How many documents share one rare word. */
const RARE_SHARED_BY = 5;
const MINUTE_MS = 60_000;
const FIRST = Date.UTC(2026, 0, 1);

/** The rare word of a document; a few others have it too. */
export function rareWord(n: number): string {
  return `needle${Math.floor(n / RARE_SHARED_BY)}`;
}

/** The moment at which document `n` was published. */
export function publishedAt(n: number): Date {
  return new Date(FIRST + n * MINUTE_MS);
}

export function documentId(n: number): string {
  return blake3Hex(`bench ${n}`);
}

/**
 * Document `n` of an endless corpus, the same in every run: some 3 kB of words whose frequencies fall like those of a
 * language, with names from code among them.
 */
export function benchDocument(n: number): SearchDocument {
  const random = generator(n + 1);
  const words = (count: number) => Array.from({ length: count }, () => word(random)).join(" ");
  const marks = [random() < 0.6 ? COMMON : "", random() < 0.1 ? MIDDLING : "", rareWord(n)].join(" ");
  const steps = words(250 + Math.floor(random() * 300));
  const prompt = `${words(50)} ${marks}`;
  return {
    id: documentId(n),
    title: words(8),
    prompt,
    result: words(30),
    steps,
    identifiers: identifiersOf(`${prompt}\n${steps}`),
    sourceTool: random() < 0.5 ? "codex-cli" : "claude-code",
    model: null,
    license: "CC0-1.0",
    disclosure: random() < 0.8 ? "summary" : "raw",
    outcome: pick(random, ["success", "success", "success", "failure", "unknown"]),
    outcomeBasis: "unknown",
    languages: some(random, LANGUAGES, 2),
    toolKinds: some(random, TOOL_KINDS, 4),
    toolNames: ["exec_command", "apply_patch"],
    errorKinds: random() < 0.2 ? ["TypeError"] : [],
    tags: [],
    stepCount: 40,
    toolCalls: 20,
    month: publishedAt(n).toISOString().slice(0, 7),
    publishedAt: publishedAt(n),
  };
}

const SYLLABLES = "ba co de fi gu la me no pi ru sa te vo wi xa zo tri ster con ment".split(" ");
const VOCABULARY = 20_000;

/** A word whose frequency is about one over its rank; every ninth is a name from code. */
function word(random: () => number): string {
  const rank = Math.floor(VOCABULARY ** random());
  let text = "";
  for (let rest = rank + 20; rest > 0; rest = Math.floor(rest / 20)) text += SYLLABLES[rest % 20] ?? "";
  if (rank % 9 !== 0) return text;
  return rank % 2 === 0
    ? `get${text.charAt(0).toUpperCase()}${text.slice(1)}Value`
    : `src/lib/${text}_test.ts`;
}

function pick<Item>(random: () => number, items: readonly [Item, ...Item[]]): Item {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** Up to `most` items, the first ones more often. */
function some(random: () => number, items: readonly string[], most: number): string[] {
  const count = Math.floor(random() * (most + 1));
  return [
    ...new Set(Array.from({ length: count }, () => items[Math.floor(random() ** 2 * items.length)] ?? "")),
  ];
}

/** mulberry32: small, fast, and the same everywhere. */
function generator(seed: number): () => number {
  let state = (seed * 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
