import type postgres from "postgres";
import { refuseOtherPath } from "./apply-migrations.ts";
import { checkBackup, demandEmpty, dump, load } from "./backup.ts";
import { connect } from "./client.ts";
import { translated } from "./errors.ts";
import { PROGRAM_SCHEMA, schemaVersion } from "./schema-version.ts";
import { dropKept, type KeptData, keptData, setAside } from "./set-aside.ts";

/** What a database says of itself, whatever schema it has. Sizes in bytes. */
export type DatabaseFacts = {
  /** Major version of the server. */
  major: number;
  /** Last migration, in milliseconds; 0 for a database that is new. */
  schema: number;
  /** The schema that this program works with. */
  programSchema: number;
  now: Date;
  bytes: number;
  /** Bodies and release files that its rows name; 0 where there are no rows yet. */
  objectBytes: number;
  durable: boolean;
};

/** What upkeep does with a database that need not have this program's schema. */
export type DatabaseTools = {
  facts(): Promise<DatabaseFacts>;
  /** Throws `configuration_invalid` where no path leads from this database to this program. */
  refuseOtherPath(): Promise<void>;
  /** Other connections of the platform: web, workers and commands that run now. */
  otherSessions(): Promise<number>;
  dump: (write: (line: string) => Promise<void>) => ReturnType<typeof dump>;
  load: (lines: AsyncIterable<string>) => ReturnType<typeof load>;
  checkBackup: typeof checkBackup;
  demandEmpty(): Promise<void>;
  setAside(label: string): Promise<string[]>;
  kept(): Promise<KeptData[]>;
  dropKept(): Promise<number>;
  close(): Promise<void>;
};

const OURS = "trace-share-upkeep";

/** Opens a database for upkeep; the first question connects. */
export function openDatabaseTools(url: string): DatabaseTools {
  const handle = connect(url, { max: 2, name: OURS });
  const { sql } = handle;
  return {
    facts: () => translated(factsOf(handle)),
    refuseOtherPath: () => translated(refuseOtherPath(sql)),
    otherSessions: () => translated(otherSessions(sql)),
    dump: (write) => dump(handle, write),
    load: (lines) => load(handle, lines),
    checkBackup,
    demandEmpty: () => demandEmpty(handle),
    setAside: (label) => translated(setAside(sql, label)),
    kept: () => translated(keptData(sql)),
    dropKept: () => translated(dropKept(sql)),
    close: handle.close,
  };
}

async function factsOf({ db, sql }: ReturnType<typeof connect>): Promise<DatabaseFacts> {
  const [row] = await sql.unsafe<
    { version: string; now: string; bytes: string; fsync: string; tables: number }[]
  >(
    `select current_setting('server_version_num') as version, extract(epoch from clock_timestamp())::text as now,
       pg_database_size(current_database())::text as bytes, current_setting('fsync') as fsync,
       num_nonnulls(to_regclass('public.episode'), to_regclass('public.snapshot_file')) as tables`,
  );
  return {
    major: Math.floor(Number(row?.version ?? 0) / 10_000),
    schema: await schemaVersion(db),
    programSchema: PROGRAM_SCHEMA,
    now: new Date(Number(row?.now ?? 0) * 1000),
    bytes: Number(row?.bytes ?? 0),
    objectBytes: row?.tables === 2 ? await objectBytes(sql) : 0,
    durable: row?.fsync === "on",
  };
}

async function objectBytes(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ bytes: string }[]>`
    select (select coalesce(sum(object_bytes), 0) from episode)
         + (select coalesce(sum(bytes), 0) from snapshot_file) as bytes`;
  return Number(row?.bytes ?? 0);
}

async function otherSessions(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and application_name like 'trace-share%' and application_name <> ${OURS}`;
  return row?.count ?? 0;
}
