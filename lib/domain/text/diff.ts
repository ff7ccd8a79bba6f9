/** One line of a rendered diff. `note` is a line that is neither old nor new: a hunk's place or a patch's own words. */
export type DiffLine = { kind: "same" | "add" | "remove" | "note"; text: string };
export type FileDiff = { path: string | null; lines: DiffLine[]; added: number; removed: number };

/** Past this many comparisons the changed middle is shown as removed and added as a whole. */
const COMPARISON_LIMIT = 250_000;

/** The lines that changed between two texts, with a common subsequence where that is cheap enough to find. Pure. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const old = splitLines(before);
  const new_ = splitLines(after);
  let start = 0;
  while (start < old.length && start < new_.length && old[start] === new_[start]) start += 1;
  let end = 0;
  while (
    end < old.length - start &&
    end < new_.length - start &&
    old[old.length - 1 - end] === new_[new_.length - 1 - end]
  )
    end += 1;
  return [
    ...old.slice(0, start).map((text) => ({ kind: "same" as const, text })),
    ...middleDiff(old.slice(start, old.length - end), new_.slice(start, new_.length - end)),
    ...old.slice(old.length - end).map((text) => ({ kind: "same" as const, text })),
  ];
}

/** A diff of one file with its counts. */
export function fileDiff(path: string | null, lines: DiffLine[]): FileDiff {
  const count = (kind: DiffLine["kind"]) => lines.filter((line) => line.kind === kind).length;
  return { path, lines, added: count("add"), removed: count("remove") };
}

function splitLines(text: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function middleDiff(old: string[], new_: string[]): DiffLine[] {
  const removed = old.map((text) => ({ kind: "remove" as const, text }));
  const added = new_.map((text) => ({ kind: "add" as const, text }));
  if (old.length === 0 || new_.length === 0 || old.length * new_.length > COMPARISON_LIMIT)
    return [...removed, ...added];
  const lengths = commonLengths(old, new_);
  const width = new_.length + 1;
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < new_.length) {
    const text = old[i];
    if (text !== undefined && text === new_[j]) {
      lines.push({ kind: "same", text });
      i += 1;
      j += 1;
    } else if (
      text !== undefined &&
      (j >= new_.length || (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))
    ) {
      lines.push({ kind: "remove", text });
      i += 1;
    } else {
      lines.push({ kind: "add", text: new_[j] ?? "" });
      j += 1;
    }
  }
  return lines;
}

/** Lengths of the longest common subsequence of every pair of tails, row by row. */
function commonLengths(old: readonly string[], new_: readonly string[]): Uint32Array {
  const width = new_.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = new_.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        old[i] === new_[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  return lengths;
}
