import { type SQL, sql } from "drizzle-orm";
import type { StoreHealth } from "#lib/ports/store.ts";
import type { Executor } from "./client.ts";
import { sqlStateOf } from "./errors.ts";
import { PROGRAM_SCHEMA, schemaVersion } from "./schema-version.ts";
import { episode } from "./schema/episodes.ts";
import { keyValue } from "./schema/infra.ts";

const MARK = "ready";
const NO_TABLE = "42P01";
const READ_ONLY = "25006";

/**
 * Asks the database what a health check has to know, and writes a mark among what is short-lived: a server that is up but takes no write
 * serves pages only. Two statements, because a busy process gets to each answer late. Throws what the driver throws.
 */
export async function readHealth(db: Executor): Promise<StoreHealth> {
  const server = await ask(db).catch((error: unknown) => {
    if (sqlStateOf(error) === NO_TABLE) return undefined;
    throw error;
  });
  return server ? wholeHealth(db, server) : emptyHealth(db);
}

type Server = { read_only: boolean; now: string; schema: string | null; has_public: boolean };

async function ask(db: Executor): Promise<Server | undefined> {
  const [row] = await db.execute<Server>(sql`
    select ${IS_READ_ONLY} as read_only, ${NOW_MS} as now,
           (select max(created_at)::text from drizzle.__drizzle_migrations) as schema,
           exists (select 1 from ${episode} where ${episode.state} = 'published'
                   and ${episode.publishedAt} < now() - interval '10 minutes') as has_public`);
  return row;
}

const IS_READ_ONLY: SQL = sql`current_setting('transaction_read_only') = 'on'`;
const NOW_MS: SQL = sql`extract(epoch from clock_timestamp()) * 1000`;

async function wholeHealth(
  db: Executor,
  { read_only, now, schema, has_public }: Server,
): Promise<StoreHealth> {
  return {
    schema: Number(schema ?? 0),
    programSchema: PROGRAM_SCHEMA,
    writable: !read_only && (await takesWrite(db)),
    now: new Date(Number(now)),
    hasPublicEpisodes: has_public,
  };
}

/** False where it became read-only between the two statements. */
async function takesWrite(db: Executor): Promise<boolean> {
  try {
    await db
      .insert(keyValue)
      .values({ key: MARK, count: 1, expiresAt: sql`now()` })
      .onConflictDoUpdate({ target: keyValue.key, set: { expiresAt: sql`now()` } });
    return true;
  } catch (error) {
    if (sqlStateOf(error) === READ_ONLY) return false;
    throw error;
  }
}

/** A database that lacks our tables, or a part of them. */
async function emptyHealth(db: Executor): Promise<StoreHealth> {
  const [row] = await db.execute<{ read_only: boolean; now: string }>(
    sql`select ${IS_READ_ONLY} as read_only, ${NOW_MS} as now`,
  );
  return {
    schema: Math.min(await schemaVersion(db), PROGRAM_SCHEMA - 1),
    programSchema: PROGRAM_SCHEMA,
    writable: row?.read_only === false,
    now: new Date(Number(row?.now ?? 0)),
    hasPublicEpisodes: false,
  };
}
