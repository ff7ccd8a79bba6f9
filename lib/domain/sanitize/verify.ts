import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { detached } from "./detached.ts";
import { type Finding, kindOf, type Span } from "./finding.ts";
import { rememberScans, scanPlace, type TextScan } from "./scan-place.ts";
import { scanText } from "./scan-text.ts";
import { eachSequence } from "./sequences.ts";
import { printedValues } from "./transcripts.ts";
import { eachString, TooDeep } from "./walk.ts";

export type { Finding } from "./finding.ts";

/** How much of two neighbouring texts is read as one. */
const BORDER = 256;
const TOKEN = /[A-Za-z0-9_=+/-]/;

/** The finding of a value that is nested deeper than anything is read. */
export const TOO_DEEP: Finding = unreadable("nested-too-deep");

/**
 * Reads a finished record again, every leaf and every object key, and says what still stands in it: `definite` findings
 * refuse the record (422), `candidate` findings send it to a reviewer. An empty list means that no rule of this version
 * fires, not that nothing is there. With `read`, texts that were read before in the same way are not read twice.
 */
export function verify(value: JsonValue, read?: TextScan): Finding[] {
  const findings: Finding[] = [];
  const scan = read ?? rememberClean(rememberScans());
  try {
    eachString(value, (place) => {
      const path = place.isKey ? `${place.path}#key` : place.path;
      for (const span of scanPlace(place, scan)) findings.push(toFinding(span, path, span.class));
    });
    findings.push(...joined(value));
    // the value alone would say nothing: a person looks
    for (const span of printedValues(value))
      findings.push(toFinding({ ...span, start: 0, end: 0 }, "steps[].text", "candidate"));
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    findings.push(TOO_DEEP);
  }
  return findings;
}

/**
 * Short texts in which nothing was found, as keys and kinds of records are: they come again in every record. What is found in a
 * text depends on the text and the rules alone, and only the check itself writes here, so that it stays apart from the redactor.
 */
const clean = new Set<string>();
const MAX_CLEAN = 4_096;
const SHORT = 64;
const NOTHING: Span[] = [];

function rememberClean(scan: TextScan): TextScan {
  return (text) => {
    if (text.length > SHORT) return scan(text);
    if (clean.has(text)) return NOTHING;
    const spans = scan(text);
    if (spans.length > 0) return spans;
    if (clean.size >= MAX_CLEAN) clean.clear();
    clean.add(detached(text));
    return spans;
  };
}

/**
 * The same for the bytes as they are sent: what parsing hides (a key given twice, a text split by escapes over several
 * strings) is looked for in the serialised text with the anchored rules. Text that is no JSON is one definite finding.
 */
export function verifySerialised(json: string): Finding[] {
  let value: JsonValue;
  try {
    value = JSON.parse(json) as JsonValue; // JSON.parse makes JSON values and nothing else
  } catch {
    return [unreadable("not-json")];
  }
  // canonical bytes hide nothing from a parser: every string was read in all its views before
  return readWhole(value, { json, scope: JSON.stringify(value) === json ? "as-is" : "few-views" });
}

/** The same for a value that was not sent as text yet: as `verifySerialised` of what it would be written as. `read` as above. */
export function verifyWritten(value: JsonValue, read?: TextScan): Finding[] {
  return readWhole(value, { json: JSON.stringify(value), scope: "as-is" }, read);
}

function readWhole(
  value: JsonValue,
  written: { json: string; scope: "as-is" | "few-views" },
  read?: TextScan,
): Finding[] {
  const findings = verify(value, read);
  const seen = new Set(findings.map((finding) => finding.rule));
  const whole = scanText(written.json, written.scope).filter((span) => !seen.has(span.rule));
  return [...findings, ...whole.map((span) => toFinding(span, "", span.class))];
}

/**
 * Pieces of one secret in neighbouring elements (stream deltas, argument lists, the text of one step and the next): nobody can
 * redact them surely, a person looks.
 */
function joined(value: JsonValue): Finding[] {
  const findings: Finding[] = [];
  eachSequence(value, ({ path, texts, anyBorder }) => {
    const { text, borders } = overBorders(texts, anyBorder);
    if (borders.length === 0) return;
    for (const span of scanText(text, "anchored")) {
      if (!crosses(span, borders)) continue;
      // offsets in the joined text say nothing about any of the strings
      findings.push(toFinding({ ...span, start: 0, end: 0 }, path, "candidate"));
    }
  });
  return findings;
}

/** The surroundings of the borders between texts, written one behind the other, and where the borders are in that. */
function overBorders(texts: readonly string[], anyBorder: boolean): { text: string; borders: number[] } {
  const pieces: string[] = [];
  const borders: number[] = [];
  let length = 0;
  texts.slice(0, -1).forEach((text, index) => {
    if (!anyBorder && !isMidToken(text, texts[index + 1] ?? "")) return;
    const before = text.slice(-BORDER);
    const piece = `${before}${following(texts, index + 1)}\n\n`;
    borders.push(length + before.length);
    pieces.push(piece);
    length += piece.length;
  });
  return { text: pieces.join(""), borders };
}

/** A text's beginning; a short text and those after it, as far as a token may reach. */
function following(texts: readonly string[], from: number): string {
  let text = "";
  for (let index = from; index < texts.length && index < from + 8 && text.length < BORDER / 2; index += 1)
    text += (texts[index] ?? "").slice(0, BORDER);
  return text;
}

/** Whether a token could go on from one text to the next. */
function isMidToken(before: string, after: string): boolean {
  return TOKEN.test(before.charAt(before.length - 1)) && TOKEN.test(after.charAt(0));
}

function crosses(span: Span, borders: readonly number[]): boolean {
  let low = 0;
  let high = borders.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((borders[middle] ?? 0) <= span.start) low = middle + 1;
    else high = middle;
  }
  return (borders[low] ?? Number.POSITIVE_INFINITY) < span.end;
}

function toFinding(span: Span, path: string, level: Finding["class"]): Finding {
  return { rule: span.rule, kind: kindOf(span), class: level, path, start: span.start, end: span.end };
}

function unreadable(rule: string): Finding {
  return { rule, kind: "secret", class: "definite", path: "", start: 0, end: 0 };
}
