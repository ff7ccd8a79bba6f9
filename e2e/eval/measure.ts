import {
  type BenignCase,
  keptLines,
  leaks,
  percent,
  type PiiCase,
  type SecretCase,
  type Share,
  shares,
} from "./scoring.ts";

/** A sanitizer as it is measured: it redacts one text by itself, and its check says whether it would refuse the outcome. */
export type Subject = {
  name: string;
  redact: (text: string) => string;
  refuses: (text: string) => boolean;
};

type Done<T> = { row: T; out: string; refused: boolean };
/** What is told of a case that went wrong; the whole text stays in the corpus. */
export type Miss = { measure: string; id: string; about: string; text: string };

export type SecretsResult = {
  cases: number;
  removed: number;
  recall: number | null;
  macroByFamily: number;
  byClass: Record<string, Share>;
  byOrigin: Record<string, Share>;
  byGroup: Record<string, Share>;
  byCarrier: Record<string, Share>;
  otherLinesKept: number | null;
  refused: number;
  leakedAndNotRefused: number;
  seconds: number;
};

function run<T extends { text: string }>(subject: Subject, rows: readonly T[]): [Done<T>[], number] {
  const started = performance.now();
  const outs = rows.map((row) => subject.redact(row.text));
  const seconds = Number(((performance.now() - started) / 1000).toFixed(2));
  const done = rows.map((row, index) => {
    const out = outs[index] ?? "";
    return { row, out, refused: subject.refuses(out) };
  });
  return [done, seconds];
}

/** Cases with one secret each. */
export function measureSecrets(
  subject: Subject,
  cases: readonly SecretCase[],
  measure: string,
): { result: SecretsResult; misses: Miss[] } {
  const [done, seconds] = run(subject, cases);
  const judged = done.map((each) => ({ ...each, leaked: leaks(each.row, each.out) }));
  const found = (each: { leaked: boolean }) => !each.leaked;
  const by = (key: (row: SecretCase) => string) => shares(judged, ({ row }) => key(row), found);
  const lines = judged.map(({ row, out }) => keptLines(row, out));
  const removed = judged.filter(found).length;
  const result = {
    cases: cases.length,
    removed,
    recall: percent(removed, cases.length),
    macroByFamily: macro(by((row) => row.family)),
    byClass: by((row) => row.class),
    byOrigin: by((row) => row.origin ?? "unknown"),
    byGroup: by((row) => row.group),
    byCarrier: by((row) => row.carrier),
    otherLinesKept: percent(sum(lines.map(([kept]) => kept)), sum(lines.map(([, all]) => all))),
    refused: judged.filter(({ refused }) => refused).length,
    leakedAndNotRefused: judged.filter(({ leaked, refused }) => leaked && !refused).length,
    seconds,
  };
  const misses = judged
    .filter(({ leaked }) => leaked)
    .map(({ row }) => ({ measure, id: row.id, about: `${row.rule} ${row.carrier}`, text: row.text }));
  return { result, misses };
}

/** Texts that must come out byte for byte. */
export function measureBenign(subject: Subject, cases: readonly BenignCase[]) {
  const [done] = run(subject, cases);
  const rows = done.map((each) => ({ ...each, changed: each.out !== each.row.text }));
  const changed = rows.filter((each) => each.changed);
  const result = {
    cases: rows.length,
    changed: changed.length,
    changedPct: percent(changed.length, rows.length),
    refused: rows.filter(({ refused }) => refused).length,
    changedOrRefused: rows.filter((each) => each.changed || each.refused).length,
    byWhy: shares(
      rows,
      ({ row }) => row.why.replace(/:.*/, ""),
      (each) => each.changed,
    ),
  };
  const misses = rows
    .filter((each) => each.changed || each.refused)
    .map(({ row, out }) => ({
      measure: "benign",
      id: row.id,
      about: row.why,
      text: `${row.text} -> ${out}`,
    }));
  return { result, misses };
}

/** Texts with personal data, counted by span. */
export function measurePersonal(subject: Subject, cases: readonly PiiCase[]) {
  const [done] = run(subject, cases);
  const spans = done.flatMap(({ row, out, refused }) =>
    row.spans.map((span) => ({
      ...span,
      id: row.id,
      text: row.text,
      refused,
      gone: !out.toLowerCase().includes(span.value.toLowerCase()),
    })),
  );
  const gone = spans.filter((span) => span.gone).length;
  const result = {
    texts: cases.length,
    spans: spans.length,
    removed: gone,
    recall: percent(gone, spans.length),
    leakedAndNotRefused: spans.filter((span) => !span.gone && !span.refused).length,
    byType: shares(
      spans,
      (span) => span.type,
      (span) => span.gone,
    ),
  };
  const misses = spans
    .filter((span) => !span.gone)
    .map(({ id, type, value, text }) => ({ measure: "pii", id, about: `${type} ${value}`, text }));
  return { result, misses };
}

function macro(table: Record<string, Share>): number {
  const all = Object.values(table);
  return all.length === 0
    ? 0
    : Number(((sum(all.map(({ hit, n }) => hit / n)) / all.length) * 100).toFixed(2));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
