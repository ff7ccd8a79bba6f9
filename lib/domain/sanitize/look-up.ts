import type { KeywordScanner } from "./aho-corasick.ts";
import type { FormsSeen } from "./anchored.ts";
import type { Span } from "./finding.ts";
import type { NamesSeen } from "./named-value.ts";

/** What one walk over a text has seen to, so that nothing is looked at again for every keyword that stands in it. */
export type Pass = {
  spans: Span[];
  /** Whether the text is as it came: placeholders of ours count there alone. */
  isRaw: boolean;
  /** Where the name ends that was last judged. */
  nameEnd: number;
  names: NamesSeen;
  /** Until where a rule with a frame of its own has read. */
  readTo: Map<object, number>;
  regions: Map<RegionRule, { from: number; to: number }>;
  forms: FormsSeen;
};

/** What a keyword asks for: a look at `text` around `hit`; what is found goes to `pass.spans`. */
export type LookUp = (text: string, hit: number, pass: Pass) => void;

/** A part of a text. */
export type Part = { text: string; from: number; to: number };

/**
 * A rule that reads the surroundings of its keywords. The surroundings of neighbouring hits are joined before they are read:
 * every character is read once for a rule, however many keywords stand around it.
 */
export type RegionRule = {
  begin: (text: string, hit: number) => number;
  after: number;
  find: (part: Part) => Span[];
  /** Whether a hit is worth a look at all. */
  wants?: (text: string, hit: number) => boolean;
};

/** The look-up that takes in the surroundings of a hit. */
export function lookAround(rule: RegionRule): LookUp {
  return (text, hit, pass) => {
    if (rule.wants?.(text, hit) === false) return;
    const open = pass.regions.get(rule);
    const to = hit + rule.after;
    if (open !== undefined && hit <= open.to) {
      open.to = Math.max(open.to, to);
      return;
    }
    const from = rule.begin(text, hit);
    if (open !== undefined && from <= open.to) {
      open.to = to;
      return;
    }
    if (open !== undefined) read(rule, text, open, pass);
    pass.regions.set(rule, { from, to });
  };
}

/** Runs all look-ups of a text, whose keywords one walk finds. */
export function lookUpAll(
  { scanner, lookUps }: { scanner: KeywordScanner; lookUps: readonly (LookUp | undefined)[] },
  text: string,
  { strengths, isRaw }: { strengths: NamesSeen["strengths"]; isRaw: boolean },
): Span[] {
  let pass: Pass | undefined;
  scanner.scan(text, (keyword, hit) => {
    const lookUp = lookUps[keyword];
    if (lookUp === undefined) return;
    pass ??= newPass(strengths, isRaw); // most texts are short and hold no keyword
    lookUp(text, hit, pass);
  });
  if (pass === undefined) return [];
  for (const [rule, region] of pass.regions) read(rule, text, region, pass);
  return pass.spans;
}

function newPass(strengths: NamesSeen["strengths"], isRaw: boolean): Pass {
  return {
    spans: [],
    isRaw,
    nameEnd: -1,
    names: { valueEnd: -1, inside: 0, runFrom: 0, runEnd: 0, strengths, judged: new Map() },
    readTo: new Map(),
    regions: new Map(),
    forms: { runs: new Map(), tokens: new Map() },
  };
}

function read(rule: RegionRule, text: string, region: { from: number; to: number }, pass: Pass): void {
  for (const span of rule.find({ text, from: region.from, to: Math.min(region.to, text.length) }))
    pass.spans.push(span);
}
