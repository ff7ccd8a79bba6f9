const START = '{"t":"instance","r":';
const ID = /"instance_id":"([0-9a-f-]{36})"/;

/** The id of the instance that wrote a backup, from the lines of its database (db/backup.ts); null where it had none. */
export async function instanceIn(lines: AsyncIterable<string>): Promise<string | null> {
  // the one row of that table holds ids, numbers and flags, no text of anybody
  for await (const line of lines) if (line.startsWith(START)) return ID.exec(line)?.[1] ?? null;
  return null;
}
