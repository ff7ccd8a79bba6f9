import type { Span } from "./finding.ts";
import { isFiller } from "./literal.ts";
import type { Detector } from "./rule-table.ts";

/** How far before a value its context word may stand, and how far a window reaches behind a keyword. */
const CONTEXT = 60;
const BEFORE = 120;
const AFTER = 700;

/** Finds the tokens of one detector at one keyword hit. Offsets are those of `text`. */
export function matchDetector(detector: Detector, text: string, hit: number): Span[] {
  if (detector.anchored) {
    detector.pattern.lastIndex = hit;
    const match = detector.pattern.exec(text);
    return match ? toSpans(detector, match[0], hit) : [];
  }
  return detector.names ? nearName(detector, text, hit) : aroundHit(detector, text, hit);
}

function aroundHit(detector: Detector, text: string, hit: number): Span[] {
  const from = Math.max(0, hit - BEFORE);
  const window = text.slice(from, hit + AFTER);
  return [...window.matchAll(detector.pattern)].flatMap((match) =>
    match.index === 0 && from > 0 ? [] : toSpans(detector, match[0], from + match.index),
  );
}

/** A form that only its surroundings give away: the first match behind the name, on the same line or the next. */
function nearName(detector: Detector, text: string, hit: number): Span[] {
  const from = hit;
  const window = text.slice(from, hit + 2 * CONTEXT + detector.reach);
  detector.pattern.lastIndex = 0;
  const match = detector.pattern.exec(window);
  if (match === null || match.index > CONTEXT) return [];
  const between = window.slice(0, match.index);
  if (/\n[^\n]*\n/.test(between) || !/[\s=:"'>(,]$/.test(between) || isDigestContext(between)) return [];
  return toSpans(detector, match[0], from + match.index);
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
