import { isDrawn } from "./drawn.ts";
import type { Span } from "./finding.ts";
import { isFiller, isFillerByChance, looksRandom } from "./literal.ts";
import type { Part } from "./look-up.ts";
import { matchesOf } from "./matches.ts";
import type { Detector } from "./rule-table.ts";
import { type RunsSeen, runTokenEnd } from "./run-form.ts";
import type { Inner, Tail } from "./shape.ts";
import { TextMemo } from "./text-memo.ts";

/** How far a form without a fixed beginning is looked for around its keyword. */
export const REACH_AROUND = { before: 120, after: 700 };

/**
 * Whether a token may begin at a hit: nothing stands in front of it that it would be a part of, the literal that it holds comes in
 * time, and the long run with which it begins ends with what must stand behind it. The literal and the run's end are looked for
 * once, however many tokens could begin in front of them; `readTo` keeps where they are.
 */
export function isGateOpen(
  { boundary, gate, inner, tail }: Detector,
  text: string,
  hit: number,
  readTo: Map<object, number>,
): boolean {
  if (hit > 0 && boundary[text.charCodeAt(hit - 1)] === 1) return false;
  if (inner !== undefined && !isInnerNear(inner, text, hit, readTo)) return false;
  if (tail !== undefined && !isTailNear(tail, text, hit, readTo)) return false;
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

/** Whether the literal stands near enough. Kept by it: where it was found last, or that there is no more of it. */
function isInnerNear(inner: Inner, text: string, hit: number, readTo: Map<object, number>): boolean {
  let at = readTo.get(inner) ?? -1;
  if (at < hit) {
    const found = text.indexOf(inner.literal, hit);
    at = found < 0 ? Number.POSITIVE_INFINITY : found;
    readTo.set(inner, at);
  }
  return at <= hit + inner.reach;
}

/**
 * Whether a run that may end the token stands near enough. Kept by run: where the last one found ends, or until where there was
 * none, as a negative number.
 */
function isTailNear(tail: Tail, text: string, hit: number, readTo: Map<object, number>): boolean {
  const { run, least, reach } = tail;
  const known = readTo.get(run) ?? 0;
  if (known > hit) return known <= hit + reach;
  const from = Math.max(hit, -known - least);
  run.lastIndex = 0;
  const found = run.test(text.slice(from, hit + reach));
  readTo.set(run, found ? from + run.lastIndex : -(hit + reach));
  return found;
}

/** What one walk over a text keeps of what it has read and found, so that tokens which overlap are not judged one by one. */
export type FormsSeen = { runs: RunsSeen; tokens: Map<Detector, TokensSeen> };

type TokensSeen = {
  /** The last token that was found, and what hangs on to it. */
  chain?: Chain;
  /** Values that were judged to be no token, which may take long. A text that repeats itself has few of them. */
  rejected: TextMemo<true>;
};

/** Tokens that begin inside of one another: from where to where, how long the first is, and the last span that was reported. */
type Chain = { start: number; end: number; first: number; last: Span };

const MAX_REJECTED = 64;

/**
 * The token of a detector whose keyword begins it; offsets are those of `text`. What has its form and begins inside of the last
 * token is a part of that, whatever it would be by itself: a run of beginnings without a gap is judged once. Nothing that
 * judging each of them finds is left out.
 */
export function matchAt(detector: Detector, text: string, hit: number, { runs, tokens }: FormsSeen): Span[] {
  const end = tokenEnd(detector, text, hit, runs);
  if (end < 0) return [];
  const seen = tokens.get(detector) ?? { rejected: new TextMemo<true>() };
  const { chain } = seen;
  if (chain !== undefined && hit >= chain.start && hit < chain.end) return goOn(chain, text, hit, end);
  tokens.set(detector, seen);
  const value = text.slice(hit, end);
  if (seen.rejected.get(value) === true || (detector.random === true && isInsideBlob(text, hit))) return [];
  const spans = toSpans(detector, value, hit);
  if (spans.length === 0) reject(seen.rejected, value);
  return opened(seen, spans);
}

/** Where the token ends that begins at a hit, or -1. */
function tokenEnd({ pattern, run }: Detector, text: string, hit: number, runs: RunsSeen): number {
  if (run !== undefined) return runTokenEnd(run, text, hit, runs);
  pattern.lastIndex = hit;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

function opened(seen: TokensSeen, spans: Span[]): Span[] {
  const [last] = spans;
  if (last !== undefined)
    seen.chain = { start: last.start, end: last.end, first: last.end - last.start, last };
  return spans;
}

/**
 * The rest of a chain, in spans as long as its first token at most: where spans are joined, the longest names the result, and that is
 * then what it would be if each token had a span of its own.
 */
function goOn(chain: Chain, text: string, start: number, end: number): Span[] {
  if (end <= chain.end) return [];
  chain.end = end;
  if (end - chain.last.start <= chain.first) {
    chain.last.end = end;
    return [];
  }
  chain.last = { ...chain.last, start, end, value: text.slice(start, end) };
  return [chain.last];
}

function reject(rejected: TextMemo<true>, value: string): void {
  if (rejected.size >= MAX_REJECTED) rejected.clear();
  rejected.set(value, true);
}

/** In encoded data any few letters come about: what stands right behind more of the same noise is a part of it. */
function isInsideBlob(text: string, start: number): boolean {
  if (!/[+/]/.test(text.charAt(start - 1))) return false;
  const before = text.slice(Math.max(0, start - BLOB), start);
  return before.length === BLOB && /^[A-Za-z0-9+/]+$/.test(before) && looksRandom(before);
}

const BLOB = 40;

/** Tokens in a part of a text. */
export function matchAround(detector: Detector, { text, from, to }: Part): Span[] {
  return matchesOf(detector.pattern, text.slice(from, to)).flatMap((match) =>
    match.index === 0 && from > 0 ? [] : toSpans(detector, match[0], from + match.index),
  );
}

/** A form that only its surroundings give away: the first match behind the name, on the same line or the next. */
export function matchNear(detector: Detector, text: string, hit: number): Span[] {
  // inside a word the name is no name: `rookTable`
  if (/[A-Za-z][a-z]/.test(text.slice(hit - 1, hit + 1))) return [];
  detector.pattern.lastIndex = hit;
  const match = detector.pattern.exec(text);
  const [, between = "", value = ""] = match ?? [];
  if (value === "") return [];
  if (
    /\n[^\n]*\n/.test(between) ||
    !/[\s=:"'>(,]$/.test(between) ||
    (isBare(detector) && isDigestContext(between))
  )
    return [];
  if (detector.random === true && !speaksOfCredential(between.replace(/^[\w.-]+/, ""), between)) return [];
  return toSpans(detector, value, hit + between.length);
}

/** What stands between a vendor's name and a form that digests and ids share: a word for a credential, or next to nothing. */
function speaksOfCredential(rest: string, between: string): boolean {
  return /^[\s:="'>(,]{1,8}$/.test(rest) || CREDENTIAL.test(between);
}

/** A form without a letter of its own: digests and ids look the same. */
function isBare({ shape }: Detector): boolean {
  return shape.startsWith("<");
}

const CREDENTIAL =
  /key|token|secret|access|auth|api|pass|cred|pwd|pat\b|priv|login|bearer|\bsk\b|sid\b|dsn|_id\b/i;

/** Words that say that what follows is a digest or an id and no credential. */
function isDigestContext(between: string): boolean {
  return /(?:sha\d*|commit|digest|checksum|integrity|md5|etag|hash|trace|request|session|build|uuid|guid|[^a-z]id|version)\W{0,4}$/i.test(
    between,
  );
}

/** A token of a known form that holds a filler by chance; the examples of vendors end in the word. */
function isTokenStill({ anchored }: Detector, value: string): boolean {
  return anchored && !/EXAMPLE(?:KEY)?$/.test(value) && isFillerByChance(value);
}

/** Letters of its own in front leave nothing open but whether a name goes on with words. */
function looksDrawn({ draw }: Detector, value: string): boolean {
  return draw === undefined ? looksRandom(value) : isDrawn(draw, value);
}

function toSpans(detector: Detector, value: string, start: number): Span[] {
  if (
    (isFiller(value) && !isTokenStill(detector, value)) ||
    (detector.random === true && !looksDrawn(detector, value))
  )
    return [];
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
