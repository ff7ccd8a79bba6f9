import { z } from "zod";
import type { JsonValue } from "#lib/domain/canonical-json.ts";
import type { Span } from "#lib/domain/sanitize/finding.ts";
import { overlapping, placeholderRanges } from "#lib/domain/sanitize/placeholder.ts";
import { TextMemo } from "#lib/domain/sanitize/text-memo.ts";
import { eachString, type Place } from "#lib/domain/sanitize/walk.ts";
import { NO_POLICY } from "./policy-file.ts";
import { policyMarks, wordKey } from "./policy-marks.ts";

/** Shorter words would take out half of every text; a longer passage is marked in pieces. UTF-16 units. */
const LEAST = 3;
const LONGEST = 1_000;
/** As many as a policy file may hold. */
const MOST = 1_000;

const DenyWords = z.strictObject({
  version: z.literal(1),
  words: z.array(z.string().min(LEAST).max(LONGEST)).max(MOST),
});

/** The words in the text of a `deny-words.json`; undefined if it is not one. Nothing of it may be repeated in a message. */
export function readDenyWords(text: string): string[] | undefined {
  try {
    return DenyWords.safeParse(JSON.parse(text)).data?.words;
  } catch {
    return undefined;
  }
}

/** The file's text. */
export function denyWordsText(words: readonly string[]): string {
  return `${JSON.stringify({ version: 1, words }, null, 2)}\n`;
}

export type MarkedWord = { ok: true; word: string } | { ok: false; code: "too_short" | "too_long" };

/** What a person marked, as a deny-word: without blanks around it. It needs three characters, one of them a letter or a digit. */
export function toDenyWord(marked: string): MarkedWord {
  const word = marked.trim();
  if (word.length < LEAST || !/[\p{L}\p{N}]/u.test(word)) return { ok: false, code: "too_short" };
  return word.length > LONGEST ? { ok: false, code: "too_long" } : { ok: true, word };
}

/** Adds a word; the same one in other capitals is there already. False if there is no room for more. */
export function withDenyWord(words: readonly string[], word: string): string[] | undefined {
  if (words.some((known) => wordKey(known) === wordKey(word))) return [...words];
  return words.length >= MOST ? undefined : [...words, word];
}

/** Finds what the contributor has marked, for one window. */
export type DenyWordFinder = {
  /** For `sanitize()`: where a word stands in a text. Nothing in places that only the schema's own words fill. */
  spansIn(place: Pick<Place, "text" | "path">): Span[];
  /** Whether one of the words still stands in a value. */
  isIn(value: JsonValue): boolean;
};

/** Words as they were marked, looked for without regard to capitals and in every reading that the rules have. */
export function createDenyWordFinder(words: readonly string[]): DenyWordFinder | undefined {
  if (words.length === 0) return undefined;
  const marks = policyMarks({ ...NO_POLICY, denyWords: words });
  const memo = new TextMemo<Span[]>();
  const look = (text: string): Span[] => {
    const ranges = placeholderRanges(text);
    return marks
      .marksIn(text)
      .filter(({ start, end }) => overlapping(ranges, start, end) === undefined)
      .map(({ start, end, value }): Span => {
        const own = { rule: "deny-word", as: "secret", class: "definite" } as const;
        return { ...own, start, end, value: wordKey(value) };
      });
  };
  const spansIn: DenyWordFinder["spansIn"] = ({ text, path }) => {
    if (text.length < LEAST || SCHEMA_WORDS.test(path)) return [];
    const known = memo.get(text);
    if (known !== undefined) return known;
    const spans = look(text);
    memo.set(text, spans);
    return spans;
  };
  return {
    spansIn,
    isIn(value) {
      let found = false;
      eachString(value, (place) => (found ||= spansIn(place).length > 0));
      return found;
    },
  };
}

/** Where a record holds words of its schema, times and derived names: a deny-word that is one of them changes nothing there. */
const SCHEMA_WORDS =
  /^(?:source\.(?:tool|adapter)$|time\.|outcome\.(?:status|basis|error_kinds)|task\.languages|steps\[\d+\]\.(?:kind|at|name|call|tool\.kind)$)/;
