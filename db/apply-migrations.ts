import { fileURLToPath } from "node:url";
import { type MigrationMeta, readMigrationFiles } from "drizzle-orm/migrator";
import type postgres from "postgres";
import { AppError } from "#lib/domain/errors.ts";
import { PROGRAM_SCHEMA } from "./schema-version.ts";

const FOLDER = fileURLToPath(new URL("migrations", import.meta.url));
type Session = Pick<postgres.Sql, "begin" | "unsafe">;

/** The migrations of this program, oldest first. */
export function knownMigrations(): MigrationMeta[] {
  return readMigrationFiles({ migrationsFolder: FOLDER });
}

/**
 * Applies what a database has not seen, up to and with the schema `upTo`, in one transaction: all of it or nothing, so whatever
 * was cut off can be run again. Keeps drizzle's own table of what was applied.
 */
export async function applyMigrations(sql: Session, upTo: number): Promise<void> {
  await sql.begin(async (tx) => {
    await tx.unsafe("create schema if not exists drizzle");
    await tx.unsafe(
      "create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)",
    );
    const applied = new Set(await appliedSchemas(tx));
    for (const { folderMillis, hash, sql: statements } of knownMigrations()) {
      if (folderMillis > upTo || applied.has(folderMillis)) continue;
      for (const statement of statements) await tx.unsafe(statement);
      await tx.unsafe("insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2::bigint)", [
        hash,
        String(folderMillis),
      ]);
    }
  });
}

/**
 * Refuses a database from which no path leads to this program: a newer one, or one that has seen a migration which is not
 * ours. Throws `configuration_invalid`.
 */
export async function refuseOtherPath(sql: Session): Promise<void> {
  if (!(await wasMigrated(sql))) return;
  const known = new Set(knownMigrations().map(({ folderMillis }) => folderMillis));
  for (const schema of await appliedSchemas(sql)) {
    if (schema > PROGRAM_SCHEMA) {
      throw new AppError("configuration_invalid", {
        detail: `The database has schema ${schema}, which is newer than this program's ${PROGRAM_SCHEMA}: start the newer version, or restore a backup that fits this one.`,
      });
    }
    if (known.has(schema)) continue;
    throw new AppError("configuration_invalid", {
      detail: `The database has seen the migration ${schema}, which this program does not know: it comes from another line of versions. Start the version that made it.`,
    });
  }
}

/** Refuses a database that an older program has filled. Throws `configuration_invalid`. A new one passes. */
export async function demandCurrent(sql: Session): Promise<void> {
  if (!(await wasMigrated(sql))) return;
  const [schema = 0] = await appliedSchemas(sql);
  if (schema === 0 || schema >= PROGRAM_SCHEMA) return;
  throw new AppError("configuration_invalid", {
    detail: `The database has schema ${schema} and this program needs ${PROGRAM_SCHEMA}: run \`npm run admin -- upgrade\`, which backs up first.`,
  });
}

async function wasMigrated(sql: Pick<Session, "unsafe">): Promise<boolean> {
  const [table] = await sql.unsafe<{ found: boolean }[]>(
    "select to_regclass('drizzle.__drizzle_migrations') is not null as found",
  );
  return table?.found === true;
}

async function appliedSchemas(sql: Pick<Session, "unsafe">): Promise<number[]> {
  const rows = await sql.unsafe<{ schema: string }[]>(
    "select created_at::text as schema from drizzle.__drizzle_migrations order by created_at desc",
  );
  return rows.map(({ schema }) => Number(schema));
}
