import { isAppError } from "#lib/domain/errors.ts";
import { SearchQuery } from "#lib/domain/search/query.ts";
import type { Deps } from "#lib/ports/deps.ts";
import {
  READINESS_CODES,
  READINESS_PARTS,
  type ReadinessCode,
  type ReadinessPart,
} from "#lib/ports/readiness.ts";
import type { StoreHealth } from "#lib/ports/store.ts";

/** What one look at a part found, and how long it took. */
export type PartReport = { code: ReadinessCode; milliseconds: number };
export type Readiness = {
  /** `down` only where this process can't serve; `degraded` where a part is not well that it can do without for a time. */
  status: "ready" | "degraded" | "down";
  parts: Readonly<Record<ReadinessPart, PartReport>>;
};

/** Without these nothing can be served; reliability: the site goes on without search, objects, Redis and the never-forget log. */
const NEEDED: ReadonlySet<ReadinessPart> = new Set(["database", "schema"]);
/** A newer schema is what a rolling update looks like to the older program: migrations leave it working. */
const BEARABLE: ReadonlySet<ReadinessCode> = new Set(["ok", "schema_newer"]);
/** Half of what signatures of an object store bear at the least, and far more than two clocks that are kept in step differ. */
const SKEW_MS = 30_000;
const LIMIT_MS = 1_000;
/** So long an answer is given to everybody who asks. */
const SHARED_MS = 1_000;

export type ReadinessOptions = {
  /** The ports of this process; rejects where the database can't be reached. */
  deps: () => Promise<Deps>;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
  limitMs?: number;
};

/**
 * Looks at every part with a real question. However many ask, each part is looked at once a second at the most and never twice at the same
 * time; a look that does not end within its limit counts as failed, and the next one begins when it has ended.
 */
export function createReadiness(options: ReadinessOptions): () => Promise<Readiness> {
  const looks = looksOf(options);
  let last: { until: number; report: Promise<Readiness> } | undefined;
  return () => {
    if (last && options.now() < last.until) return last.report;
    const asked = { until: Number.POSITIVE_INFINITY, report: report(looks) };
    last = asked;
    void asked.report.then(() => (asked.until = options.now() + SHARED_MS));
    return asked.report;
  };
}

/** A process that is about to end: it takes no new requests. */
export function notReady(): Readiness {
  return summary(() => ({ code: "unavailable", milliseconds: 0 }));
}

type Look = () => Promise<PartReport>;

async function report(looks: Readonly<Record<ReadinessPart, Look>>): Promise<Readiness> {
  const found = new Map<ReadinessPart, PartReport>();
  await Promise.all(READINESS_PARTS.map(async (part) => found.set(part, await looks[part]())));
  return summary((part) => found.get(part) ?? { code: "internal", milliseconds: 0 });
}

function summary(reportOf: (part: ReadinessPart) => PartReport): Readiness {
  const entries = READINESS_PARTS.map((part) => [part, reportOf(part)] as const);
  const unwell = entries.filter(([, { code }]) => code !== "ok");
  const isDown = unwell.some(([part, { code }]) => NEEDED.has(part) && !BEARABLE.has(code));
  const status = isDown ? "down" : unwell.length > 0 ? "degraded" : "ready";
  // one entry for each part has just been made
  return { status, parts: Object.fromEntries(entries) as Record<ReadinessPart, PartReport> };
}

function looksOf({ deps, now, limitMs = LIMIT_MS }: ReadinessOptions): Record<ReadinessPart, Look> {
  const look = (probe: (found: Deps) => Promise<ReadinessCode>): Look =>
    timed({ now, limitMs, probe: async () => probe(await deps()) });
  // three parts are seen by one look at the database
  const health = sharedWhileRunning(async () => {
    const { clock, store } = await deps();
    const before = clock.now().getTime();
    const found = await store.health();
    return { found, aheadMs: found.now.getTime() - (before + clock.now().getTime()) / 2 };
  });
  const database = (read: (health: { found: StoreHealth; aheadMs: number }) => ReadinessCode): Look =>
    timed({ now, limitMs, probe: async () => read(await health()) });
  return {
    database: database(({ found }) => (found.writable ? "ok" : "read_only")),
    schema: database(({ found }) => schemaCode(found)),
    clock: database(({ aheadMs }) => (Math.abs(aheadMs) > SKEW_MS ? "clock_skew" : "ok")),
    search: look(async (found) => searchCode(found, (await health()).found.hasPublicEpisodes)),
    objects: look((found) => found.objects.alive().then(() => "ok")),
    limits: look((found) => found.keyValue.ready().then(() => "ok")),
    never_forget: look(permanenceCode),
  };
}

function schemaCode({ schema, programSchema }: StoreHealth): ReadinessCode {
  if (schema === programSchema) return "ok";
  return schema < programSchema ? "schema_older" : "schema_newer";
}

/** A search as a visitor's: an engine that is up but lost its index answers everything with nothing. */
async function searchCode({ search }: Deps, expectsHits: boolean): Promise<ReadinessCode> {
  await search.ready();
  const hits = await search.search(SearchQuery.parse({ sort: "newest", limit: 1 }));
  if (hits.fallback) return "search_fallback";
  return expectsHits && hits.ids.length === 0 ? "search_empty" : "ok";
}

/** The database is read first, because the log is always written before it. */
async function permanenceCode({ store, permanence }: Deps): Promise<ReadinessCode> {
  const { permanenceHead: remembered } = await store.instance.read();
  const head = await permanence.head();
  return head.seq < remembered.seq ? "permanence_broken" : "ok";
}

type Timed = { now: () => number; limitMs: number; probe: () => Promise<ReadinessCode> };

function timed({ now, limitMs, probe }: Timed): Look {
  const running = sharedWhileRunning(() => probe().catch(codeOf));
  return async () => {
    const began = now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const limit = new Promise<ReadinessCode>((resolve) => {
      // a busy process comes late to its timers too: what has arrived by then is read before it counts as missing
      timer = setTimeout(() => setImmediate(() => setImmediate(() => resolve("timeout"))), limitMs);
    });
    const code = await Promise.race([running(), limit]);
    clearTimeout(timer);
    return { code, milliseconds: Math.round(now() - began) };
  };
}

/** Whoever asks while the work runs waits for the same result. */
function sharedWhileRunning<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}

function codeOf(error: unknown): ReadinessCode {
  if (!isAppError(error)) return "internal";
  return READINESS_CODES.find((code) => code === error.code) ?? "internal";
}
