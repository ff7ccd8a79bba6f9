import ipaddr from "ipaddr.js";
import type { Span } from "#lib/domain/sanitize/finding.ts";
import type { Policy } from "./policy-file.ts";
import { readingsOf } from "./readings.ts";

/** Where a policy's own patterns and words stand in a text, and what of them a reader sees there. */
export type Mark = { start: number; end: number; rule: string; value: string };

/** What a policy adds to the sanitizer and takes from it, for one session. */
export type PolicyMarks = {
  marksIn(text: string): Mark[];
  /** Replaces them by placeholders, the same value by the same one. Counts by rule. */
  apply(text: string): string;
  /** Whether a piece of personal data may stand. What may is remembered, see `withoutKept`. */
  keep(span: Pick<Span, "as" | "value">): boolean;
  /** The text with everything neutral that was let stand: what a check must not see. */
  withoutKept(text: string): string;
  counts(): Record<string, number>;
};

/** What stands for a kept value while a record is checked: things that every rule leaves alone. */
const NEUTRAL: Partial<Record<Span["as"], string>> = {
  user: "runner",
  host: "localhost",
  email: "noreply@example.com",
  ipv4: "127.0.0.1",
  ipv6: "::1",
  org: "example",
  repo: "example",
};
const PRIVATE = new Set(["private", "uniqueLocal", "carrierGradeNat"]);

export function policyMarks(policy: Policy): PolicyMarks {
  const words = policy.denyWords.map((word) => new RegExp(spellings(word).join("|"), "giu"));
  const searches = [
    ...policy.patterns.map(({ name, pattern }) => ({ rule: `policy-${name}`, pattern })),
    ...words.map((pattern) => ({ rule: "policy-deny-word", pattern })),
  ];
  const numbers = new Map<string, number>();
  const counted = new Map<string, number>();
  const kept = new Map<string, string>();
  const marksIn = (text: string) =>
    searches.length === 0 ? [] : merged(searches.flatMap((search) => find(search, text)));
  return {
    marksIn,
    apply(text) {
      let made = "";
      let done = 0;
      for (const { start, end, rule, value } of marksIn(text)) {
        const key = `${rule}|${wordKey(value)}`;
        const number = numbers.get(key) ?? numbers.size + 1;
        numbers.set(key, number);
        counted.set(rule, (counted.get(rule) ?? 0) + 1);
        made += `${text.slice(done, start)}[SECRET:${rule}#${number}]`;
        done = end;
      }
      return made + text.slice(done);
    },
    keep(span) {
      const neutral = NEUTRAL[span.as];
      if (neutral === undefined || !mayStand(policy, span)) return false;
      kept.set(span.value, neutral);
      return true;
    },
    withoutKept(text) {
      let made = text;
      for (const [value, neutral] of kept) made = made.replaceAll(value, neutral);
      return made;
    },
    counts: () => Object.fromEntries([...counted].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function mayStand(policy: Policy, { as, value }: Pick<Span, "as" | "value">): boolean {
  if (as === "ipv4" || as === "ipv6") return policy.privateAddressesStay && isPrivate(value);
  return policy.allowIdentities.includes(value.toLowerCase());
}

function isPrivate(value: string): boolean {
  return ipaddr.isValid(value) && PRIVATE.has(ipaddr.parse(value).range());
}

/** A shorter word may arise from two others where lines are joined. */
const JOINED_LEAST = 8;

function find({ rule, pattern }: { rule: string; pattern: RegExp }, text: string): Mark[] {
  return [...readingsOf(text)].flatMap((reading) =>
    [...reading.text.matchAll(pattern)]
      .filter((match) => match[0] !== "" && !/^\[?SECRET:/.test(match[0]))
      .filter((match) => !reading.isJoined || match[0].length >= JOINED_LEAST)
      .flatMap((match) =>
        reading
          .rangesOf(match.index, match.index + match[0].length)
          .map((range) => ({ ...range, rule, value: match[0] })),
      ),
  );
}

/** In order and disjoint: of overlapping marks the first one takes in the others. */
function merged(marks: readonly Mark[]): Mark[] {
  const made: Mark[] = [];
  for (const mark of marks.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = made.at(-1);
    if (last !== undefined && mark.start < last.end) last.end = Math.max(last.end, mark.end);
    else made.push({ ...mark });
  }
  return made;
}

/** Accents as parts of their letters, or as marks behind them as some file systems have it. */
function spellings(word: string): string[] {
  return [...new Set([word, word.normalize("NFC"), word.normalize("NFD")])].map(escaped);
}

/** Hyphens that look alike: the one that is typed, and those that programs put in its place so that a name looks better or stays on one line. */
const HYPHENS = /[-\u2010\u2011]/g;

/** A value as the same word has it in all its spellings. */
export function wordKey(value: string): string {
  return value.normalize().toLowerCase().replaceAll(HYPHENS, "-");
}

function escaped(word: string): string {
  return word
    .replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")
    .replaceAll(HYPHENS, "[-\\u2010\\u2011]")
    .replaceAll(/\s+/g, "\\s{1,8}");
}
