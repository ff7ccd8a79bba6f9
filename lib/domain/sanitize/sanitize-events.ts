import type { JsonValue } from "#lib/domain/canonical-json.ts";
import type { Finding } from "./finding.ts";
import { createRedactor, type RedactionCounts, type RedactionDetails } from "./redact.ts";
import { RULES_VERSION } from "./rules-version.ts";
import { verify } from "./verify.ts";
import { TooDeep } from "./walk.ts";

/** One event after sanitizing, in the order given: its clean form, or why it is left out. */
export type SanitizedEvent =
  | { ok: true; event: JsonValue }
  | { ok: false; refusal: { index: number; findings: Finding[] } };

/** What `redaction_report.json` says. Counts, rules and safe paths; no value and no key of the events. */
export type RedactionReport = {
  rules_version: string;
  events: number;
  sanitized: number;
  refused: number;
  redactions: RedactionCounts & RedactionDetails;
  refused_records: { index: number; findings: Finding[] }[];
};

type EventsContext = { salt: string; identities?: readonly string[] };

/**
 * Sanitizes canonical events of the older tool's form (docs of `trace-share sanitize`). Events of one `session_id` share
 * pseudonyms and what was found, whatever their order; an event that still hits afterwards is refused alone.
 */
export function sanitizeEvents(
  events: readonly JsonValue[],
  context: EventsContext,
): { events: SanitizedEvent[]; report: RedactionReport } {
  const results: SanitizedEvent[] = Array.from({ length: events.length });
  const totals: Totals = { by_kind: {}, by_rule: {}, by_path: {} };
  for (const [sessionId, indexes] of bySession(events)) {
    const redactor = createRedactor({
      salt: context.salt,
      sessionId,
      facts: factsOf(indexes.map((index) => events[index] ?? null)),
      ...(context.identities ? { identities: context.identities } : {}),
    });
    const made = redactSession(redactor, indexes, events);
    for (const [index, result] of made) results[index] = result;
    add(totals.by_kind, redactor.counts().by_kind);
    add(totals.by_rule, redactor.details().by_rule);
    add(totals.by_path, redactor.details().by_path);
  }
  return { events: results, report: reportOf(results, totals) };
}

type Totals = {
  by_kind: Record<string, number>;
  by_rule: Record<string, number>;
  by_path: Record<string, number>;
};

function redactSession(
  redactor: ReturnType<typeof createRedactor>,
  indexes: readonly number[],
  events: readonly JsonValue[],
): [number, SanitizedEvent][] {
  const readable = indexes.filter((index) => !isTooDeep(events[index] ?? null));
  // one value for the whole session, so that what one event gives away is taken out of all
  const clean = redactor.redactValue(readable.map((index) => events[index] ?? null));
  const list = Array.isArray(clean) ? clean : [];
  const made = new Map(readable.map((index, position) => [index, list[position] ?? null]));
  return indexes.map((index) => [
    index,
    judge(index, made.has(index) ? made.get(index) : undefined, events[index] ?? null),
  ]);
}

function judge(index: number, clean: JsonValue | undefined, raw: JsonValue): SanitizedEvent {
  const findings = verify(clean === undefined ? raw : clean).filter(
    (finding) => finding.class === "definite",
  );
  if (clean === undefined || findings.length > 0) return { ok: false, refusal: { index, findings } };
  return { ok: true, event: clean };
}

function isTooDeep(event: JsonValue): boolean {
  try {
    return depthOf(event) > 190;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TooDeep) return true;
    throw error;
  }
}

function depthOf(value: JsonValue): number {
  if (value === null || typeof value !== "object") return 0;
  return 1 + Object.values(value).reduce<number>((deepest, item) => Math.max(deepest, depthOf(item)), 0);
}

function bySession(events: readonly JsonValue[]): Map<string, number[]> {
  const sessions = new Map<string, number[]>();
  events.forEach((event, index) => {
    const id = textOf(event, "session_id") ?? "";
    const indexes = sessions.get(id);
    if (indexes === undefined) sessions.set(id, [index]);
    else indexes.push(index);
  });
  return sessions;
}

function factsOf(events: readonly JsonValue[]): {
  cwds: string[];
  gitRemotes: string[];
  gitBranches: string[];
} {
  const metas = events.map((event) => member(event, "meta"));
  const all = (key: string) => [
    ...new Set(metas.map((meta) => textOf(meta, key)).filter((text) => text !== undefined)),
  ];
  return { cwds: all("cwd"), gitRemotes: all("repo"), gitBranches: [] };
}

function member(value: JsonValue, key: string): JsonValue {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  return Object.hasOwn(value, key) ? (value[key] ?? null) : null;
}

function textOf(value: JsonValue, key: string): string | undefined {
  const found = member(value, key);
  return typeof found === "string" ? found : undefined;
}

function add(into: Record<string, number>, counts: Record<string, number>): void {
  for (const [key, count] of Object.entries(counts)) into[key] = (into[key] ?? 0) + count;
}

function reportOf(results: readonly SanitizedEvent[], totals: Totals): RedactionReport {
  const refused = results.flatMap((result) => (result.ok ? [] : [result.refusal]));
  const total = Object.values(totals.by_kind).reduce((sum, count) => sum + count, 0);
  return {
    rules_version: RULES_VERSION,
    events: results.length,
    sanitized: results.length - refused.length,
    refused: refused.length,
    redactions: { total, ...totals },
    refused_records: refused,
  };
}
