import type { Span } from "./finding.ts";
import { isFiller } from "./literal.ts";
import type { Part } from "./look-up.ts";
import { matchesOf } from "./matches.ts";
import type { Detector } from "./rule-table.ts";

/** How far a form without a fixed beginning is looked for around its keyword. */
export const REACH_AROUND = { before: 120, after: 700 };

/**
 * Whether the long run with which a token begins ends with what must stand behind it. The end is looked for once a run, however
 * many tokens could begin in it; `readTo` keeps it by gate.
 */
export function isGateOpen(
  { gate }: Detector,
  text: string,
  hit: number,
  readTo: Map<object, number>,
): boolean {
  if (gate === undefined) return true;
  let end = readTo.get(gate) ?? 0;
  if (end <= hit) {
    gate.run.lastIndex = hit;
    gate.run.test(text);
    end = gate.run.lastIndex;
    readTo.set(gate, end);
  }
  return text.startsWith(gate.next, end);
}

/** The token of a detector whose keyword begins it. Offsets are those of `text`. */
export function matchAt(detector: Detector, text: string, hit: number): Span[] {
  detector.pattern.lastIndex = hit;
  const match = detector.pattern.exec(text);
  return match ? toSpans(detector, match[0], hit) : [];
}

/** Tokens in a part of a text. */
export function matchAround(detector: Detector, { text, from, to }: Part): Span[] {
  return matchesOf(detector.pattern, text.slice(from, to)).flatMap((match) =>
    match.index === 0 && from > 0 ? [] : toSpans(detector, match[0], from + match.index),
  );
}

/** A form that only its surroundings give away: the first match behind the name, on the same line or the next. */
export function matchNear(detector: Detector, text: string, hit: number): Span[] {
  detector.pattern.lastIndex = hit;
  const match = detector.pattern.exec(text);
  const [, between = "", value = ""] = match ?? [];
  if (value === "") return [];
  if (/\n[^\n]*\n/.test(between) || !/[\s=:"'>(,]$/.test(between) || isDigestContext(between)) return [];
  return toSpans(detector, value, hit + between.length);
}

/** Words that say that what follows is a digest or an id and no credential. */
function isDigestContext(between: string): boolean {
  return /(?:sha\d*|commit|digest|checksum|integrity|md5|etag|hash|trace|request|session|build|uuid|guid|[^a-z]id|version)\W{0,4}$/i.test(
    between,
  );
}

function toSpans(detector: Detector, value: string, start: number): Span[] {
  if (isFiller(value)) return [];
  const span: Span = {
    start,
    end: start + value.length,
    rule: detector.id,
    as: "secret",
    class: detector.class ?? "definite",
    value,
  };
  return [span];
}
