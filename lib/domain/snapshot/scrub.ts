import type { PlannedMember } from "./plan.ts";

/** A row's id, or null if the line is no row. */
export function rowId(line: string): string | null {
  try {
    const row: unknown = JSON.parse(line);
    const id = typeof row === "object" && row !== null && "id" in row ? row.id : null;
    return typeof id === "string" ? id : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * The lines of a data file without those of removed ids, byte for byte: the result has the content digest of the removal-only
 * patch that removes the same ids. A line that is no row is an error (`malformed row`), never dropped in silence.
 */
export async function* scrubLines(
  lines: AsyncIterable<string> | Iterable<string>,
  isRemoved: (id: string) => boolean,
): AsyncGenerator<string> {
  for await (const line of lines) {
    const id = rowId(line);
    if (id === null) throw new Error("malformed row");
    if (!isRemoved(id)) yield line;
  }
}

/** The members of a removal-only patch: the base's, each on its side, minus those that may not be public any more. */
export function removalPlan(
  base: readonly PlannedMember[],
  mayStay: (id: string) => boolean,
): { members: PlannedMember[]; removed: string[] } {
  const members = base.filter(({ id }) => mayStay(id));
  const removed = base.filter(({ id }) => !mayStay(id)).map(({ id }) => id);
  return { members, removed };
}
