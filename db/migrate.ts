import { fileURLToPath } from "node:url";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { AppError } from "#lib/domain/errors.ts";
import { appErrorOf } from "./errors.ts";
import { schemaVersion } from "./schema-version.ts";

const FOLDER = fileURLToPath(new URL("migrations", import.meta.url));
/** Any number will do, as long as every release takes the same one. */
const LOCK = 7_274_361;

/**
 * Brings a database to this program's schema. Safe to run from several processes at once: an advisory lock lets one work
 * and the others wait. Throws `configuration_invalid` if a newer program has been here.
 */
export async function migrate(url: string): Promise<void> {
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 10,
    onnotice: () => {},
    connection: { application_name: "trace-share-migrate" },
  });
  try {
    const db = drizzle(sql);
    await sql`select pg_advisory_lock(${LOCK}::bigint)`;
    refuseNewer(await schemaVersion(db));
    await applyMigrations(db, { migrationsFolder: FOLDER });
  } catch (error) {
    throw appErrorOf(error);
  } finally {
    // closing the session releases the lock
    await sql.end({ timeout: 5 });
  }
}

function refuseNewer(found: number): void {
  const known = Math.max(
    ...readMigrationFiles({ migrationsFolder: FOLDER }).map((file) => file.folderMillis),
  );
  if (found <= known) return;
  throw new AppError("configuration_invalid", {
    detail: `The database has schema ${found}, which is newer than this program's ${known}: start the newer version, or restore a backup that fits this one.`,
  });
}
