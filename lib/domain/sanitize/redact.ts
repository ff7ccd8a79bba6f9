import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { detached } from "./detached.ts";
import { kindOf, mergeSpans, type Replacement, type Span } from "./finding.ts";
import { NOBODY } from "./people.ts";
import { KnownValues } from "./propagate.ts";
import { Pseudonyms } from "./pseudonyms.ts";
import { forSession, rememberScans, scanPlace, type TextScan } from "./scan-place.ts";
import { scanText } from "./scan-text.ts";
import { keysInLines } from "./sequences.ts";
import { TextMemo } from "./text-memo.ts";
import { printedValues } from "./transcripts.ts";
import { eachString, mapStrings, type Place } from "./walk.ts";

/** How often a text is looked at again after a replacement before it is given up and taken out whole. */
const MAX_ROUNDS = 6;
/** Of how many texts of one value it is kept where known values stand. */
const MAX_PLACES = 4_096;
const UNSTABLE = "[UNSTABLE]";

export type RedactorOptions = {
  /** The contributor's local random salt. */
  salt: string;
  sessionId: string;
  facts: { cwds: string[]; gitRemotes: string[]; gitBranches: string[] };
  /** User names, full names, mail addresses and hosts of the contributor, as the CLI collects them. */
  identities?: readonly string[];
  /** Personal data that the contributor's policy lets stand (an allowed public name, private addresses); never asked of secrets. */
  keep?: (span: Pick<Span, "as" | "value">) => boolean;
  /** What else shall go: places of words that the contributor has marked. */
  also?: (place: Place) => Span[];
  /** Told of every replacement, for a review that shows them. */
  onEdits?: (place: Place, edits: readonly Edit[]) => void;
  /** What reads the texts, where it is shared; else each value has one of its own. */
  scan?: TextScan;
};

/** One replacement in a text. Offsets are UTF-16 units of the text as it stood before it. */
export type Edit = { start: number; end: number; replacement: string; rule: string };

/** How much was replaced. No value is in it. */
export type RedactionCounts = { total: number; by_kind: Record<string, number> };
export type RedactionDetails = { by_rule: Record<string, number>; by_path: Record<string, number> };

export type Redactor = {
  /** Redacts one text. Idempotent: `redactText(redactText(t)) === redactText(t)`. */
  redactText(text: string): string;
  /** Redacts every string leaf and object key, what is found anywhere carried to every other place. */
  redactValue(value: JsonValue): JsonValue;
  /** Learns what a value gives away and replaces nothing: the first reading of something too large to hold. */
  read(value: JsonValue): void;
  /** What would be replaced in a text, or under a key, as far as is known now. Learns and counts nothing. */
  peek(text: string, place?: Pick<Place, "isKey" | "name">): Span[];
  /** Takes in secrets known from elsewhere (other windows, the contributor's own dictionary). */
  learn(values: readonly string[]): void;
  counts(): RedactionCounts;
  details(): RedactionDetails;
  /** How many different values got a replacement of their own, by kind. */
  pseudonyms(): Record<string, number>;
  /** Gives back what is only held for speed. Nothing that was learnt is lost. */
  rest(): void;
};

/** The redactor of one session: pseudonyms and running numbers are consistent within it and mean nothing outside. */
export function createRedactor(options: RedactorOptions): Redactor {
  return new SessionRedactor(options);
}

class SessionRedactor implements Redactor {
  readonly #known = new KnownValues();
  readonly #pseudonyms: Pseudonyms;
  /** Scans of unchanged texts, kept while one value is worked on: most strings are looked at once only. */
  readonly #lasting = forSession();
  readonly #shared: TextScan | undefined;
  #read: TextScan;
  readonly #places = new TextMemo<{ known: number; spans: Span[] }>();
  #replaced = 0;
  readonly #byKind = new Map<string, number>();
  readonly #byRule = new Map<string, number>();
  readonly #byPath = new Map<string, number>();
  readonly #keep: NonNullable<RedactorOptions["keep"]>;
  readonly #also: RedactorOptions["also"];
  readonly #onEdits: RedactorOptions["onEdits"];

  constructor(options: RedactorOptions) {
    this.#keep = options.keep ?? (() => false);
    this.#also = options.also;
    this.#onEdits = options.onEdits;
    this.#shared = options.scan;
    this.#read = this.#newScan();
    this.#pseudonyms = new Pseudonyms(options.salt, options.sessionId);
    const { cwds, gitRemotes, gitBranches } = options.facts;
    for (const fact of [...cwds, ...gitRemotes, ...gitBranches]) this.#learnFrom(scanFact(fact));
    for (const identity of options.identities ?? []) this.#learnIdentity(identity);
  }

  redactText(text: string): string {
    const place: Place = { text, path: "", isKey: false };
    this.#learnFrom(this.#scan(place));
    try {
      return this.#redactPlace(place);
    } finally {
      this.#forget();
    }
  }

  redactValue(value: JsonValue): JsonValue {
    try {
      return this.#redactAll(value);
    } finally {
      this.#forget();
    }
  }

  read(value: JsonValue): void {
    try {
      this.#learnAll(value);
    } finally {
      this.#forget();
    }
  }

  peek(text: string, place: Pick<Place, "isKey" | "name"> = { isKey: false }): Span[] {
    const spans = this.#scan({ ...place, text, path: "" });
    this.#forget();
    return mergeSpans([...spans.filter(isDefinite), ...this.#known.find(text)]);
  }

  /** Lets go of what belongs to one value. */
  #forget(): void {
    this.#read = this.#newScan();
    this.#places.clear();
  }

  #newScan(): TextScan {
    return this.#shared ?? rememberScans(this.#lasting);
  }

  #learnAll(value: JsonValue): void {
    eachString(value, (place) => this.#learnFrom(this.#scan(place)));
    this.#learnFrom(printedValues(value));
    this.#learnFrom(keysInLines(value));
  }

  #redactAll(value: JsonValue): JsonValue {
    this.#learnAll(value);
    let made = value;
    // a replacement may lay something bare, or rename the key that says what its value is: go on until nothing changes
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const before = this.#replaced;
      made = mapStrings(made, (place) => this.#redactPlace(place));
      if (this.#replaced === before) return made;
    }
    return made;
  }

  learn(values: readonly string[]): void {
    for (const value of values) this.#known.learn({ rule: "known-secret", as: "secret", value });
  }

  pseudonyms(): Record<string, number> {
    return this.#pseudonyms.made();
  }

  rest(): void {
    this.#known.rest();
    this.#lasting.short.clear();
    this.#lasting.strengths.clear();
  }

  counts(): RedactionCounts {
    const by_kind = Object.fromEntries(sorted(this.#byKind));
    return { total: Object.values(by_kind).reduce((sum, count) => sum + count, 0), by_kind };
  }

  details(): RedactionDetails {
    return {
      by_rule: Object.fromEntries(sorted(this.#byRule)),
      by_path: Object.fromEntries(sorted(this.#byPath)),
    };
  }

  #redactPlace(place: Place): string {
    let text = place.text;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const found = this.#scan({ ...place, text }).filter(isDefinite);
      this.#learnFrom(found);
      const others = [...this.#otherPlaces(text), ...(this.#also?.({ ...place, text }) ?? [])];
      if (found.length === 0 && others.length === 0) return text;
      const spans = mergeSpans([...found, ...others]);
      const next = this.#apply(text, spans, place);
      if (next === text) return text;
      text = next;
    }
    this.#count({ as: "secret", rule: "unstable-text" }, place);
    this.#onEdits?.(place, [{ start: 0, end: text.length, replacement: UNSTABLE, rule: "unstable-text" }]);
    return UNSTABLE;
  }

  #scan(place: Place): Span[] {
    return scanPlace(place, this.#read).filter((span) => !this.#mayStand(span));
  }

  /** Where known values stand in a text: asked again only if more are known than the last time. */
  #otherPlaces(text: string): Span[] {
    const before = this.#places.get(text);
    if (before?.known === this.#known.size) return before.spans;
    const places = { known: this.#known.size, spans: this.#known.find(text) };
    if (this.#places.size >= MAX_PLACES) this.#places.clear();
    this.#places.set(text, places);
    return places.spans;
  }

  #mayStand(span: Span): boolean {
    return kindOf(span) === "personal" && this.#keep(span);
  }

  #apply(text: string, spans: readonly Span[], place: Place): string {
    let made = "";
    let done = 0;
    const edits: Edit[] = [];
    for (const span of spans) {
      const replacement = this.#pseudonyms.replace(span);
      if (replacement === text.slice(span.start, span.end)) continue;
      made += text.slice(done, span.start) + replacement;
      done = span.end;
      this.#count(span, place);
      if (this.#onEdits) edits.push({ start: span.start, end: span.end, replacement, rule: span.rule });
    }
    if (edits.length > 0) this.#onEdits?.(place, edits);
    return made + text.slice(done);
  }

  #learnFrom(spans: readonly Span[]): void {
    for (const span of spans) if (isDefinite(span) && !this.#mayStand(span)) this.#known.learn(span);
  }

  #learnIdentity(identity: string): void {
    const value = identity.trim();
    const found = scanFact(value).filter((span) => kindOf(span) === "personal");
    this.#learnFrom(found);
    if (found.length > 0 || NOBODY.has(value.toLowerCase())) return;
    const as: Replacement =
      /^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}$/i.test(value) && value.split(".").length > 2 ? "host" : "user";
    if (!this.#keep({ as, value })) this.#known.learn({ rule: "known-identity", as, value });
  }

  #count(span: Pick<Span, "as" | "rule">, place: Place): void {
    this.#replaced += 1;
    bump(this.#byKind, KINDS[span.as]);
    bump(this.#byRule, span.rule);
    const path = place.path.replace(/\[\d+\]/g, "[]");
    bump(this.#byPath, place.isKey ? `${path}#key` : path);
  }
}

/**
 * What was found in facts of sessions and in identities. Every window of a run has the same ones, and what is found in a text depends on
 * the text and the rules alone.
 */
const facts = new Map<string, Span[]>();
const MAX_FACTS = 256;

function scanFact(text: string): Span[] {
  const before = facts.get(text);
  if (before !== undefined) return before;
  const spans = scanText(text);
  if (facts.size >= MAX_FACTS) facts.clear();
  facts.set(detached(text), spans);
  return spans;
}

function isDefinite(span: Span): boolean {
  return span.class === "definite";
}

/** The names under which `redactions.by_kind` counts. */
const KINDS: Record<Replacement, string> = {
  secret: "secret",
  user: "user",
  email: "email",
  host: "host",
  ipv4: "ip",
  ipv6: "ip",
  mac: "mac",
  account: "account",
  org: "organization",
  repo: "repository",
  resource: "resource",
  blob: "blob",
  phone: "phone",
  card: "card",
  iban: "iban",
  ssn: "ssn",
};

function bump(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Entries in key order, so that equal counts print equally. */
function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
