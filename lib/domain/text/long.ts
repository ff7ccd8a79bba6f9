/** A long list as its beginning and its end, with how much stands between. */
export type HeadAndTail<T> = { head: T[]; hidden: T[]; tail: T[] };

/** Keeps the first and last lines in sight and folds the rest, unless so little would be folded that it isn't worth it. */
export function headAndTail<T>(lines: readonly T[], keep: { head: number; tail: number }): HeadAndTail<T> {
  const hidden = lines.length - keep.head - keep.tail;
  if (hidden < 10) return { head: [...lines], hidden: [], tail: [] };
  return {
    head: lines.slice(0, keep.head),
    hidden: lines.slice(keep.head, keep.head + hidden),
    tail: lines.slice(keep.head + hidden),
  };
}
