/** One case of the corpus with a secret in it. `parts` are the pieces of a secret that was taken apart. */
export type SecretCase = {
  id: string;
  rule: string;
  family: string;
  origin?: string;
  class: string;
  group: string;
  carrier: string;
  split?: string;
  text: string;
  secret: string;
  surface: string;
  parts?: string[];
};

export type BenignCase = { id: string; why: string; text: string; split?: string };
export type PiiCase = {
  id: string;
  text: string;
  split?: string;
  spans: { value: string; type: string }[];
};

export type Share = { n: number; hit: number; pct?: number | null };

/** True if half of the secret, and at least 8 characters, stands in the output in one piece. */
export function leaks(record: Pick<SecretCase, "secret" | "surface" | "parts">, output: string): boolean {
  if (record.parts !== undefined) {
    const left = record.parts.filter((part) => part.length >= 4 && output.includes(part));
    return lengthOf(left) * 2 >= lengthOf(record.parts);
  }
  return [...new Set([record.surface, record.secret])].some((form) => halfStands(form, output));
}

function halfStands(form: string, output: string): boolean {
  const length = Math.min(form.length, Math.max(8, Math.ceil(form.length / 2)));
  for (let at = 0; at + length <= form.length; at += 1) {
    if (output.includes(form.slice(at, at + length))) return true;
  }
  return false;
}

function lengthOf(parts: readonly string[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** Of the lines that hold nothing secret: how many came through untouched, and how many there are. */
export function keptLines(
  record: Pick<SecretCase, "text" | "secret" | "surface" | "parts">,
  output: string,
): [number, number] {
  const bits = record.parts ?? [record.surface, record.secret];
  const lines = record.text
    .split("\n")
    .filter((line) => line.trim() !== "" && !bits.some((bit) => line.includes(bit)));
  const out = new Set(output.split("\n"));
  return [lines.filter((line) => out.has(line)).length, lines.length];
}

/** Hundredths of a percent; null of nothing. */
export function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : Number(((100 * part) / whole).toFixed(2));
}

/** How many rows of each group are hits. */
export function shares<T>(
  rows: readonly T[],
  groupOf: (row: T) => string,
  isHit: (row: T) => boolean,
): Record<string, Share> {
  const table: Record<string, Share> = {};
  for (const row of rows) {
    const key = groupOf(row);
    const share = table[key] ?? { n: 0, hit: 0 };
    table[key] = share;
    share.n += 1;
    if (isHit(row)) share.hit += 1;
  }
  for (const share of Object.values(table)) share.pct = percent(share.hit, share.n);
  return table;
}
