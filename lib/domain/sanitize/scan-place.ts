import type { Span } from "./finding.ts";
import { mergeSpans } from "./finding.ts";
import { isCredential } from "./literal.ts";
import { loneToken } from "./lone-forms.ts";
import { strengthOf } from "./names.ts";
import { isWordUnder } from "./setting-place.ts";
import { scanText, type Strengths } from "./scan-text.ts";
import { TextMemo } from "./text-memo.ts";
import type { Place } from "./walk.ts";

const SCHEME = /^(?:Bearer|Basic|Token|Digest|SSWS|ApiKey|Bot|OAuth)[ \t]{1,4}(?=\S)/i;
/** A longer value is a text of its own, not the value of its key. */
const MAX_NAMED = 4096;

/** What is found in a text. It depends on the text and the rules alone. */
export type TextScan = (text: string) => Span[];

/** A scan that reads equal texts once. It remembers every text: one is made for one record. */
export function rememberScans(lasting: Lasting = forSession()): TextScan {
  const known = new TextMemo<Span[]>();
  const { short, strengths } = lasting;
  return (text) => {
    const memory = text.length <= MAX_SHORT ? short : known;
    const before = memory.get(text);
    if (before !== undefined) return before;
    if (strengths.size > MAX_KEPT) strengths.clear();
    if (short.size > MAX_KEPT) short.clear();
    const spans = scanText(text, "all", strengths);
    memory.set(text, spans);
    return spans;
  };
}

/** What is worth keeping from record to record of a session: short strings come again and again, and so do names. */
export type Lasting = { short: Map<string, Span[]>; strengths: Strengths };

/** Nothing kept yet. */
export function forSession(): Lasting {
  return { short: new Map(), strengths: new Map() };
}

const MAX_SHORT = 200;
const MAX_KEPT = 4_096;

/** Everything found in one string of a record, what its key says about it included. */
export function scanPlace(place: Place, scan: TextScan): Span[] {
  const spans = scan(place.text);
  const more = place.isKey ? null : (namedSpan(place) ?? loneToken(place.text, place.name));
  return more === null ? spans : mergeSpans([...spans, more]);
}

function namedSpan({ text, name }: Place): Span | null {
  if (name === undefined || text.length > MAX_NAMED || text.includes("\n")) return null;
  const strength = strengthOf(name);
  if (strength === null) return null;
  const start = SCHEME.exec(text)?.[0].length ?? 0;
  const value = text.slice(start);
  // a value that is already split up by placeholders was judged when they were put in
  if (value.includes("[SECRET:")) return null;
  if (!isCredential(value, strength, true) && !isWordUnder(name, strength, value)) return null;
  return {
    start,
    end: text.length,
    rule: strength === "password" ? "named-pass" : strength === "key" ? "named-key" : "named-credential",
    as: "secret",
    class: "definite",
    value,
  };
}
