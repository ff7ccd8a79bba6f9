import type { PgTable } from "drizzle-orm/pg-core";
import { getTableConfig } from "drizzle-orm/pg-core";
import { account, accountRole, apiToken, oauthAccount } from "./schema/accounts.ts";
import { caseEvent, caseNumber, caseReport, takedownCase } from "./schema/cases.ts";
import { episodeEvent } from "./schema/episode-events.ts";
import { denyList, episode, episodeStaging, finding, tombstone } from "./schema/episodes.ts";
import { audit, instance } from "./schema/instance.ts";
import {
  externalSnapshot,
  snapshot,
  snapshotEvent,
  snapshotFile,
  snapshotMember,
} from "./schema/snapshots.ts";

/**
 * What a backup holds, every table after those it refers to. Left out: sessions, sign-in links, upload grants and counters,
 * which are short-lived; the search, which the sweep rebuilds; the job queue, which the sweep fills; the last runs of upkeep, which
 * are about other stores.
 */
const TABLES = [
  account,
  accountRole,
  oauthAccount,
  apiToken,
  episode,
  episodeStaging,
  finding,
  tombstone,
  denyList,
  takedownCase,
  caseNumber,
  caseReport,
  caseEvent,
  episodeEvent,
  snapshot,
  snapshotMember,
  snapshotFile,
  snapshotEvent,
  externalSnapshot,
  instance,
  audit,
] as const satisfies PgTable[];

export type BackupColumn = { name: string; type: string };
/** `key`: columns of the primary key, the order in which rows are written. `counter`: a column that numbers itself. */
export type BackupTable = { name: string; columns: BackupColumn[]; key: string[]; counter: string | null };

export const BACKUP_TABLES: BackupTable[] = TABLES.map((table) => {
  const { name, columns, primaryKeys } = getTableConfig(table);
  const composite = primaryKeys[0]?.columns.map((column) => column.name);
  return {
    name,
    columns: columns.map((column) => ({ name: column.name, type: column.getSQLType() })),
    key: composite ?? columns.filter((column) => column.primary).map((column) => column.name),
    counter: columns.find((column) => column.generatedIdentity)?.name ?? null,
  };
});

type Querying = { unsafe(statement: string): PromiseLike<Iterable<Record<string, unknown>>> };

/**
 * The same tables as a database of an earlier schema has them: an upgrade backs up before it migrates, and a rollback goes back to
 * that. Migrations only add, so what this database lacks was not there yet.
 */
export async function backupTablesOf(sql: Querying): Promise<BackupTable[]> {
  const there = new Set<string>();
  const rows = await sql.unsafe(
    "select table_name || '.' || column_name as name from information_schema.columns where table_schema = 'public'",
  );
  for (const row of rows) there.add(String(row["name"]));
  return BACKUP_TABLES.map((table) => ({
    ...table,
    columns: table.columns.filter(({ name }) => there.has(`${table.name}.${name}`)),
  })).filter(({ columns }) => columns.length > 0);
}
