import postgres from "postgres";
import { applyMigrations, demandCurrent, refuseOtherPath } from "./apply-migrations.ts";
import { appErrorOf } from "./errors.ts";
import { PROGRAM_SCHEMA } from "./schema-version.ts";

/** Any number will do, as long as every release takes the same one. */
const LOCK = 7_274_361;
/** A change of a table that waits for a lock makes everybody wait who reads it; who started this tries again. */
const LOCK_TIMEOUT = "3s";

/**
 * Brings a database to this program's schema, or to an earlier one of its own (`upTo`), which a rollback asks for. Safe to run from
 * several processes at once: an advisory lock lets one work and the others wait. Throws `configuration_invalid` if a newer
 * program has been here, or one of another line; with `refuseOlder` also for a database that is older and not new, which is left as it is;
 * and `unavailable` while somebody holds a table that has to be changed.
 */
export async function migrate(
  url: string,
  { upTo = PROGRAM_SCHEMA, refuseOlder = false }: { upTo?: number; refuseOlder?: boolean } = {},
): Promise<void> {
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 10,
    onnotice: () => {},
    connection: { application_name: "trace-share-migrate" },
  });
  try {
    await sql`select pg_advisory_lock(${LOCK}::bigint)`;
    await sql`select set_config('lock_timeout', ${LOCK_TIMEOUT}, false)`;
    await refuseOtherPath(sql);
    if (refuseOlder) await demandCurrent(sql);
    await applyMigrations(sql, upTo);
  } catch (error) {
    throw appErrorOf(error);
  } finally {
    // closing the session releases the lock
    await sql.end({ timeout: 5 });
  }
}
