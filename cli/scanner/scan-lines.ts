import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { stripPlaceholders } from "#lib/domain/sanitize/placeholder.ts";
import { eachString } from "#lib/domain/sanitize/walk.ts";
import type { ScannerFinding } from "./run-scanner.ts";

/** Records as lines of plain text, as scanners read best: unescaped, each value behind its name, no line long. */
export type ScanLines = { lines: string[]; origins: { record: number; path: string }[] };

/** What a scanner found, back in its record. `values` must go; they are never printed. */
export type ScannerHit = { record: number; path: string; rule: string; values: string[] };

/** Scanners read files in pieces of 100 kB and miss what lies across: no line may come near that. */
const LONGEST_LINE = 8_192;
const OVERLAP = 512;
const MAX_NAMED = 4_096;
const LEAST = 6;

/** Writes records out for a scanner. Throws `TooDeep` for a record that the sanitizer refuses too. */
export function linesOf(records: readonly JsonValue[]): ScanLines {
  const made: ScanLines = { lines: [], origins: [] };
  records.forEach((value, record) => {
    eachString(value, (place) => {
      const path = place.isKey ? `${place.path}#key` : place.path;
      const named = place.name !== undefined && place.text.length <= MAX_NAMED && !place.text.includes("\n");
      const texts = [named ? `${place.name} = "${place.text}"` : place.text, ...unescaped(place.text)];
      for (const line of texts.flatMap((text) => text.split(/\r\n|[\n\r\u2028\u2029]/)).flatMap(shortLines)) {
        made.lines.push(line.toWellFormed());
        made.origins.push({ record, path });
      }
    });
  });
  return made;
}

/** JSON or code inside a string: read once more without its escapes. */
function unescaped(text: string): string[] {
  if (!/\\[nrt"/]/.test(text)) return [];
  return [
    text.replaceAll(
      /\\([nrt"'/\\])/g,
      (_all, letter: string) => ({ n: "\n", r: "\n", t: "\t" })[letter] ?? letter,
    ),
  ];
}

function shortLines(line: string): string[] {
  if (line.length <= LONGEST_LINE) return [line];
  const lines: string[] = [];
  for (let from = 0; from < line.length; ) {
    const end = from + LONGEST_LINE;
    if (end >= line.length) return [...lines, line.slice(from)];
    const blank = line.lastIndexOf(" ", end);
    const cut = blank > end - 2_000 ? blank + 1 : end;
    lines.push(line.slice(from, cut));
    // a token may lie across a cut that is no blank
    from = cut === end ? cut - OVERLAP : cut;
  }
  return lines;
}

/** Maps findings back by line and column; undefined if a finding points to where nothing was. What only holds placeholders of ours is dropped. */
export function hitsOf(findings: readonly ScannerFinding[], written: ScanLines): ScannerHit[] | undefined {
  const hits: ScannerHit[] = [];
  for (const finding of findings) {
    const origin = written.origins[finding.StartLine - 1];
    if (origin === undefined || finding.EndLine < finding.StartLine) return undefined;
    const lines = written.lines.slice(finding.StartLine - 1, finding.EndLine);
    const values = valuesIn(finding, lines).filter(
      (value) => stripPlaceholders(value).trim().length >= LEAST,
    );
    if (values.length > 0) hits.push({ ...origin, rule: ruleName(finding.RuleID), values });
  }
  return hits;
}

function valuesIn(
  { Secret, Match, StartColumn, EndColumn }: ScannerFinding,
  lines: readonly string[],
): string[] {
  const text = lines.join("\n");
  const stated = [Secret, Match].find((piece) => piece.length >= LEAST && text.includes(piece));
  const found = stated ?? atColumns(lines, StartColumn, EndColumn);
  return found.split("\n").map((line) => line.trim());
}

/** A decoded value does not stand in the text: the columns say where its code stands. They count bytes, and one too many behind line 1. */
function atColumns(lines: readonly string[], start: number, end: number): string {
  const [first = ""] = lines;
  if (lines.length > 1) return lines.join("\n");
  const bytes = new TextEncoder().encode(first);
  const isToken = (at: number) => /[A-Za-z0-9+/=_%.-]/.test(String.fromCharCode(bytes[at] ?? 0));
  let from = Math.max(0, Math.min(start - 1, bytes.length - 1));
  let to = Math.min(bytes.length, end);
  while (from > 0 && isToken(from - 1)) from -= 1;
  while (to < bytes.length && isToken(to - 1) && isToken(to)) to += 1;
  const piece = new TextDecoder().decode(bytes.slice(from, to));
  return piece.replaceAll(/^[^A-Za-z0-9+/=_%.-]+|[^A-Za-z0-9+/=_%.-]+$/g, "");
}

/** A rule's name is shown: only what looks like one. */
function ruleName(id: string): string {
  return /^[a-z][a-z0-9-]{0,59}$/.test(id) ? `scanner-${id}` : "scanner-finding";
}
