import { sql } from "drizzle-orm";
import type { Executor } from "./client.ts";
import journal from "./migrations/meta/_journal.json" with { type: "json" };

/** The schema that this program was written for: the time stamp of its last migration, in milliseconds. */
export const PROGRAM_SCHEMA = Math.max(...journal.entries.map(({ when }) => when));

/** The time stamp of the last migration that a database has seen, in milliseconds; 0 if there was none. */
export async function schemaVersion(db: Executor): Promise<number> {
  const [table] = await db.execute<{ found: boolean }>(
    sql`select to_regclass('drizzle.__drizzle_migrations') is not null as found`,
  );
  if (!table?.found) return 0;
  const [row] = await db.execute<{ last: string | null }>(
    sql`select max(created_at)::text as last from drizzle.__drizzle_migrations`,
  );
  return Number(row?.last ?? 0);
}
