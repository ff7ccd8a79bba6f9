/** Rows per round trip of a stream or of a bulk insert. */
export const BATCH = 500;

/**
 * A stream over a table in key order, one batch at a time: `read` answers the rows after a key, `keyOf` a row's key. Nothing
 * is held between batches, so a slow reader blocks nobody.
 */
export async function* keysetStream<Row>(
  read: (after: string, limit: number) => Promise<Row[]>,
  keyOf: (row: Row) => string,
): AsyncIterable<Row> {
  let after = "";
  for (;;) {
    const rows = await read(after, BATCH);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) return;
    after = keyOf(last);
  }
}

/** The parts of a list, each short enough for one statement. */
export function* batchesOf<Item>(items: readonly Item[], size: number = BATCH): Iterable<Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
