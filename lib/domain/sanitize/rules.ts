import { matchAround, matchAt, isGateOpen, matchNear, REACH_AROUND } from "./anchored.ts";
import { KeywordScanner } from "./aho-corasick.ts";
import { COMPANY_RULES, findCompanies } from "./companies.ts";
import { findInternalHost, findNumberedHost, HOST_KEYWORDS, MACHINE_KEYWORDS } from "./hosts.ts";
import { findAtLead, LEADS } from "./leads.ts";
import { type LookUp, lookAround, type Part, type Pass, type RegionRule } from "./look-up.ts";
import { NAME_KEYWORDS } from "./names.ts";
import { mayFollow, nameAt, nameEnd, valueOf } from "./named-value.ts";
import { findNamedPhone, PHONE_KEYWORDS } from "./numbers.ts";
import { type Frame, FRAME_REACH, frameStart, FRAMES, matchFrame } from "./people.ts";
import { placeholderEnd } from "./placeholder.ts";
import { type Detector, DETECTORS } from "./rule-table.ts";
import { SPECIAL_SECRETS, type SpecialRule } from "./special-secrets.ts";
import { VENDOR_NAMES, vendorToken } from "./vendor-tokens.ts";

/** A keyword automaton and what each of its keywords asks for; nothing if the rule is not in the set. */
export type RuleSet = { scanner: KeywordScanner; lookUps: readonly (LookUp | undefined)[] };

const NAMES = each(NAME_KEYWORDS, lookAtName);
const FORMS = formLookUps();
const PEOPLE = peopleLookUps();

/** All rules: for credentials by form, by frame and by name, and for people, machines and numbers. */
export const ALL_RULES: RuleSet = prepare([...NAMES, ...FORMS, ...PEOPLE]);
/** Those for credentials by form and by frame: they need no name. */
export const FORM_RULES: RuleSet = only(FORMS);
/** The same and those for credentials that only their name gives away. */
export const SECRET_RULES: RuleSet = only([...NAMES, ...FORMS]);

function formLookUps(): [string, LookUp][] {
  const special = SPECIAL_SECRETS.flatMap((rule) => each(rule.keywords, specialLookUp(rule)));
  const table = DETECTORS.flatMap((detector) => each(detector.keywords, detectorLookUp(detector)));
  return [...special, ...table, ...VENDOR_NAMES.map((name): [string, LookUp] => [name, lookAtVendor(name)])];
}

function peopleLookUps(): [string, LookUp][] {
  const frames = FRAMES.flatMap((frame) => each(frame.keywords, lookAround(frameRegion(frame))));
  const hosts: LookUp = (text, hit, pass) => void pass.spans.push(...findInternalHost(text, hit));
  const companies = COMPANY_RULES.flatMap((rule) =>
    each(
      rule.keywords,
      lookAround({
        begin: (text, hit) => frameStart(text, hit),
        after: 260,
        find: (part) => findCompanies(rule, part),
      }),
    ),
  );
  const leads = LEADS.flatMap((lead) =>
    each(lead.keywords, (text, hit, pass) => void pass.spans.push(...findAtLead(lead, text, hit))),
  );
  const machines: LookUp = (text, hit, pass) => void pass.spans.push(...findNumberedHost(text, hit));
  const phones: LookUp = (text, hit, pass) => void pass.spans.push(...findNamedPhone(text, hit));
  return [
    ...frames,
    ...leads,
    ...companies,
    ...each(HOST_KEYWORDS, hosts),
    ...each(MACHINE_KEYWORDS, machines),
    ...each(PHONE_KEYWORDS, phones),
  ];
}

function each(keywords: readonly string[], lookUp: LookUp): [string, LookUp][] {
  return keywords.map((word) => [word, lookUp]);
}

function frameRegion(frame: Frame): RegionRule {
  const { at } = frame;
  const region = {
    begin: frameStart,
    after: frame.reach ?? FRAME_REACH,
    find: (part: Part) => matchFrame(frame, part),
  };
  if (at === undefined) return region;
  const wants = (text: string, hit: number) => {
    at.lastIndex = Math.max(0, hit - 1);
    return at.test(text);
  };
  return { ...region, wants };
}

function detectorLookUp(detector: Detector): LookUp {
  if (detector.anchored)
    return (text, hit, pass) => {
      if (!isGateOpen(detector, text, hit, pass.readTo)) return;
      for (const span of matchAt(detector, text, hit, pass.forms)) pass.spans.push(span);
    };
  if (detector.names) return (text, hit, pass) => void pass.spans.push(...matchNear(detector, text, hit));
  return lookAround({
    begin: (_, hit) => Math.max(0, hit - REACH_AROUND.before),
    after: REACH_AROUND.after,
    find: (part) => matchAround(detector, part),
  });
}

function specialLookUp(rule: SpecialRule): LookUp {
  if ("findIn" in rule) {
    return lookAround({ begin: (_, hit) => hit, after: rule.after, find: rule.findIn });
  }
  return (text, hit, pass) => {
    if (hit < (pass.readTo.get(rule) ?? -1)) return;
    if (rule.region !== undefined) pass.readTo.set(rule, rule.region(text, hit));
    for (const span of rule.find(text, hit)) pass.spans.push(span);
  };
}

function lookAtVendor(name: string): LookUp {
  return (text, hit, pass) => void pass.spans.push(...vendorToken(text, hit, name));
}

function lookAtName(text: string, hit: number, pass: Pass): void {
  if (hit < pass.nameEnd) return; // `api_token_key` holds three keywords and is one name
  if (pass.isRaw && text.charCodeAt(hit - 1) === BRACKET) {
    const behind = placeholderEnd(text, hit - 1);
    if (behind > 0) {
      pass.nameEnd = behind; // nothing in one of ours is ever reported
      return;
    }
  }
  const end = nameEnd(text, hit);
  pass.nameEnd = end;
  if (!mayFollow(text, end)) return; // the cheaper question first
  const found = valueOf(text, nameAt(text, hit, end), pass.names);
  if (found !== null) pass.spans.push(found);
}

const BRACKET = 91;

/**
 * Some of all rules. They share the automaton: a table of several megabytes for each set would be held by every thread, and one
 * pushes the other out of the processor's cache. The keywords of the others are found and passed over.
 */
function only(entries: readonly [string, LookUp][]): RuleSet {
  const wanted = new Set(entries);
  const lookUps = [...NAMES, ...FORMS, ...PEOPLE].map((entry) => (wanted.has(entry) ? entry[1] : undefined));
  return { scanner: ALL_RULES.scanner, lookUps };
}

function prepare(entries: readonly [string, LookUp][]): RuleSet {
  return {
    scanner: new KeywordScanner(entries.map(([word]) => word.toLowerCase())),
    lookUps: entries.map(([, lookUp]) => lookUp),
  };
}
