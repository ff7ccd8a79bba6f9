import { findAddresses, findEmails } from "./addresses.ts";
import { KeywordScanner } from "./aho-corasick.ts";
import { matchDetector } from "./anchored.ts";
import { encodedRuns } from "./decode.ts";
import { mergeSpans, type Span } from "./finding.ts";
import { findInternalHosts, HOST_KEYWORDS } from "./hosts.ts";
import { NAME_KEYWORDS } from "./names.ts";
import { nameAt, valueOf } from "./named-value.ts";
import { findNamedPhone, findNumbers, PHONE_KEYWORDS } from "./numbers.ts";
import { type Frame, FRAMES, matchFrame } from "./people.ts";
import { placeholderRanges } from "./placeholder.ts";
import { DETECTORS } from "./rule-table.ts";
import { SPECIAL_SECRETS, type SpecialRule } from "./special-secrets.ts";
import { toRawRanges, type View } from "./view.ts";
import { viewsOf } from "./views.ts";

/** What a keyword asks for: a look at `text` around `hit`. `pass` collects what must not be looked at twice. */
type Task = (text: string, hit: number, pass: Pass) => Span[];
type Pass = { nameEnd: number; frameEnd: Map<object, number> };

const { scanner: SECRET_SCANNER, tasks: SECRET_TASKS } = prepare(secretTasks());
const { scanner: FULL_SCANNER, tasks: FULL_TASKS } = prepare([...secretTasks(), ...peopleTasks()]);

/** Which rules to run: everything, or only those whose form alone gives a secret away. */
export type Scope = "all" | "anchored";

/**
 * Finds secrets and personal data in one text, over all its views. Spans are merged, in order, and lie on the raw text;
 * nothing inside a placeholder of ours is ever reported.
 */
export function scanText(text: string, scope: Scope = "all"): Span[] {
  if (text.length < 4) return [];
  const spans: Span[] = [];
  for (const view of viewsOf(text)) {
    for (const span of scanView(view, scope)) spans.push(...placeOnRaw(text, view, span));
  }
  return mergeSpans(outsidePlaceholders(text, spans));
}

function scanView(view: View, scope: Scope): Span[] {
  const spans = scope === "all" ? scanAll(view.text) : scanSecrets(view.text);
  for (const run of encodedRuns(view)) {
    const inner = scanSecrets(run.text)[0];
    if (inner !== undefined)
      spans.push({ ...inner, start: run.start, end: run.end, value: view.text.slice(run.start, run.end) });
  }
  return scope === "all" ? spans : spans.filter((span) => !span.rule.startsWith("named-"));
}

function scanSecrets(text: string): Span[] {
  return run(SECRET_SCANNER, SECRET_TASKS, text);
}

function scanAll(text: string): Span[] {
  return [
    ...run(FULL_SCANNER, FULL_TASKS, text),
    ...findEmails(text),
    ...findAddresses(text),
    ...findNumbers(text),
  ];
}

function run(scanner: KeywordScanner, tasks: readonly Task[], text: string): Span[] {
  const spans: Span[] = [];
  const pass: Pass = { nameEnd: -1, frameEnd: new Map() };
  scanner.scan(text, (keyword, hit) => {
    const task = tasks[keyword];
    if (task !== undefined) for (const span of task(text, hit, pass)) spans.push(span);
  });
  return spans;
}

function secretTasks(): [string, Task][] {
  const named = NAME_KEYWORDS.map((word): [string, Task] => [word, lookAtName]);
  const special = SPECIAL_SECRETS.flatMap((rule) =>
    rule.keywords.map((word): [string, Task] => [word, lookAtSpecial(rule)]),
  );
  const table = DETECTORS.flatMap((detector) =>
    detector.keywords.map((word): [string, Task] => [
      word,
      (text, hit) => matchDetector(detector, text, hit),
    ]),
  );
  return [...named, ...special, ...table];
}

function lookAtSpecial(rule: SpecialRule): Task {
  return (text, hit, pass) => {
    if (hit < (pass.frameEnd.get(rule) ?? -1)) return [];
    if (rule.region !== undefined) pass.frameEnd.set(rule, rule.region(text, hit));
    return rule.find(text, hit);
  };
}

function lookAtName(text: string, hit: number, pass: Pass): Span[] {
  if (hit < pass.nameEnd) return []; // `api_token_key` holds three keywords and is one name
  const name = nameAt(text, hit);
  pass.nameEnd = name.end;
  const found = valueOf(text, name);
  return found === null ? [] : [found];
}

function peopleTasks(): [string, Task][] {
  const frames = FRAMES.flatMap((frame) =>
    frame.keywords.map((word): [string, Task] => [word, lookAtFrame(frame)]),
  );
  const hosts = HOST_KEYWORDS.map((word): [string, Task] => [word, findInternalHosts]);
  const phones = PHONE_KEYWORDS.map((word): [string, Task] => [word, findNamedPhone]);
  return [...frames, ...hosts, ...phones];
}

function lookAtFrame(frame: Frame): Task {
  return (text, hit, pass) => {
    // windows overlap: a hit that the last window of this frame covered well is not looked at again
    if (hit < (pass.frameEnd.get(frame) ?? -1)) return [];
    pass.frameEnd.set(frame, hit + 100);
    return matchFrame(frame, text, hit);
  };
}

function prepare(entries: readonly [string, Task][]): { scanner: KeywordScanner; tasks: Task[] } {
  return {
    scanner: new KeywordScanner(entries.map(([word]) => word.toLowerCase())),
    tasks: entries.map(([, task]) => task),
  };
}

function placeOnRaw(text: string, view: View, span: Span): Span[] {
  return toRawRanges(view, span.start, span.end).map((range) =>
    keepEscape(text, view, { ...span, ...range }),
  );
}

function keepEscape(text: string, view: View, span: Span): Span {
  const { start, end } = span;
  // a match that begins with the letter of an escape (`\nalice@…`) must not break the escape
  const escaped =
    view.map === undefined &&
    !span.rule.startsWith("home-") &&
    /[nrtbfu0]/.test(text.charAt(start)) &&
    oddBackslashes(text, start);
  if (!escaped || start + 1 >= end || span.value.length < 3) return span;
  return { ...span, start: start + 1, value: span.value.slice(1) };
}

function oddBackslashes(text: string, at: number): boolean {
  let count = 0;
  while (text.charAt(at - 1 - count) === "\\") count += 1;
  return count % 2 === 1;
}

/** A span inside a placeholder is dropped, one that reaches over one is cut down to the piece before or behind it. */
function outsidePlaceholders(text: string, spans: readonly Span[]): Span[] {
  const ranges = placeholderRanges(text);
  if (ranges.length === 0) return [...spans];
  return spans.flatMap((span) => {
    const hit = ranges.find(([start, end]) => span.start < end && start < span.end);
    if (hit === undefined) return [span];
    if (span.start > hit[0] && span.start < hit[1]) return []; // our own words set it off
    const before: Span = { ...span, end: Math.max(span.start, hit[0]) };
    const after: Span = { ...span, start: Math.min(span.end, hit[1]) };
    return [before, after].filter((piece) => piece.end - piece.start >= 8).slice(0, 2);
  });
}
