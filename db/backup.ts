import { createHash } from "node:crypto";
import type postgres from "postgres";
import { AppError } from "#lib/domain/errors.ts";
import { BACKUP_TABLES, type BackupColumn, type BackupTable, backupTablesOf } from "./backup-tables.ts";
import type { DatabaseHandle } from "./client.ts";
import { translated } from "./errors.ts";
import { schemaVersion } from "./schema-version.ts";

type Handle = Pick<DatabaseHandle, "db" | "sql">;
type Transaction = postgres.TransactionSql;

/** First line of a backup. `rows`: how many of each table follow. */
export type BackupHeader = {
  format: "trace-share-backup";
  formatVersion: 1;
  /** Last migration of the database, in milliseconds: a backup goes back into the same schema only. */
  schema: number;
  rows: Record<string, number>;
};

const BATCH = 200;

/**
 * Writes the whole database as lines of JSON, from one consistent view: a header, `{"t": table, "r": row}` per row, and a
 * trailer with the SHA-256 of everything before it. Bytes are base64.
 */
export async function dump(
  { db, sql }: Handle,
  write: (line: string) => Promise<void>,
): Promise<BackupHeader> {
  const schema = await translated(schemaVersion(db));
  const hash = createHash("sha256");
  const put = async (line: string) => {
    hash.update(`${line}\n`);
    await write(line);
  };
  const header = await translated(
    sql.begin("isolation level repeatable read read only", async (tx) => {
      await withoutTimeouts(tx);
      const rows: Record<string, number> = {};
      const tables = await backupTablesOf(tx);
      for (const table of tables) rows[table.name] = await countRows(tx, table);
      const head: BackupHeader = { format: "trace-share-backup", formatVersion: 1, schema, rows };
      await put(JSON.stringify(head));
      for (const table of tables) await dumpTable(tx, table, put);
      return head;
    }),
  );
  await write(JSON.stringify({ sha256: hash.digest("hex") }));
  return header;
}

async function dumpTable(
  tx: Transaction,
  table: BackupTable,
  put: (line: string) => Promise<void>,
): Promise<void> {
  // Names come from our own schema, so they may stand in the statement.
  const columns = table.columns.map(outward).join(", ");
  const statement = `select row_to_json(r)::text as row from (select ${columns} from ${quoted(table.name)} order by ${table.key.map(quoted).join(", ")}) r`;
  for await (const rows of tx.unsafe<{ row: string }[]>(statement).cursor(BATCH)) {
    for (const { row } of rows) await put(`${rowPrefix(table.name)}${oneLine(row)}}`);
  }
}

/**
 * Puts a backup into an empty, migrated database: all of it or nothing. Throws `configuration_invalid` if the schema is
 * another one, `already_exists` if the database holds anything, `input_invalid` if the backup is not whole.
 */
export async function load({ db, sql }: Handle, lines: AsyncIterable<string>): Promise<BackupHeader> {
  const schema = await translated(schemaVersion(db));
  return translated(
    sql.begin(async (tx) => {
      await withoutTimeouts(tx);
      const tables = await backupTablesOf(tx);
      const reader = new BackupReader(lines, tables);
      const header = await reader.header();
      if (header.schema !== schema) {
        throw new AppError("configuration_invalid", {
          detail: `The backup has schema ${header.schema} and the database ${schema}: restore it with the version of trace-share that made it, then upgrade.`,
        });
      }
      await refuseRows(tx, tables);
      for (const name of REPLAYED) await tx.unsafe(`delete from ${quoted(name)}`);
      const loaded = new Map<string, number>();
      for await (const { table, rows } of reader.batches()) {
        await insertRows(tx, table, rows);
        loaded.set(table.name, (loaded.get(table.name) ?? 0) + rows.length);
      }
      const complete = tables.every(({ name }) => (loaded.get(name) ?? 0) === header.rows[name]);
      if (!complete) throw broken();
      for (const table of tables) await setCounter(tx, table);
      return header;
    }),
  );
}

/** Reads a backup to its end without a database. Throws `input_invalid` if it is not whole. */
export async function checkBackup(lines: AsyncIterable<string>): Promise<BackupHeader> {
  const reader = new BackupReader(lines, BACKUP_TABLES);
  const header = await reader.header();
  for await (const _batch of reader.batches());
  return header;
}

type Batch = { table: BackupTable; rows: string[] };

/** Reads the lines of a backup and checks the trailer; a backup that ends early or goes on too long is broken. */
class BackupReader {
  readonly #lines: AsyncIterator<string>;
  readonly #tables: readonly BackupTable[];
  readonly #hash = createHash("sha256");

  constructor(lines: AsyncIterable<string>, tables: readonly BackupTable[]) {
    this.#tables = tables;
    this.#lines = lines[Symbol.asyncIterator]();
  }

  async header(): Promise<BackupHeader> {
    const line = await this.#next();
    const header = parse(line);
    if (header["format"] !== "trace-share-backup" || header["formatVersion"] !== 1) throw broken();
    this.#hash.update(`${line}\n`);
    // our own format, of the one version there is; the trailer proves that it is unchanged
    return header as BackupHeader;
  }

  async *batches(): AsyncIterable<Batch> {
    let batch: Batch | undefined;
    for (;;) {
      const line = await this.#next();
      const table = this.#tables.find(({ name }) => line.startsWith(rowPrefix(name)) && line.endsWith("}"));
      if (batch && (batch.table !== table || batch.rows.length >= BATCH)) {
        yield batch;
        batch = undefined;
      }
      if (!table) return this.#checkEnd(line);
      this.#hash.update(`${line}\n`);
      batch ??= { table, rows: [] };
      // the row goes on as the text it is: a parser would change numbers and the order of keys
      batch.rows.push(line.slice(rowPrefix(table.name).length, -1));
    }
  }

  async #checkEnd(line: string): Promise<void> {
    const { sha256 } = parse(line);
    if (sha256 !== this.#hash.digest("hex") || !(await this.#lines.next()).done) throw broken();
  }

  async #next(): Promise<string> {
    const line = await this.#lines.next();
    if (line.done) throw broken();
    return line.value;
  }
}

function rowPrefix(table: string): string {
  return `{"t":${JSON.stringify(table)},"r":`;
}

function parse(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // the parser's message quotes the text
    throw broken();
  }
  if (typeof value !== "object" || value === null) throw broken();
  return { ...value };
}

async function insertRows(tx: Transaction, table: BackupTable, rows: string[]): Promise<void> {
  const columns = table.columns.map(({ name }) => quoted(name)).join(", ");
  const values = table.columns.map(inward).join(", ");
  const definition = table.columns.map(
    ({ name, type }) => `${quoted(name)} ${type === "bytea" ? "text" : type}`,
  );
  await tx.unsafe(
    `insert into ${quoted(table.name)} (${columns}) select ${values} from json_to_recordset($1::text::json) as r(${definition.join(", ")})`,
    [`[${rows.join(",")}]`],
  );
}

/** Throws `already_exists` if a database holds anything that a backup would be mixed with. */
export async function demandEmpty({ sql }: Pick<Handle, "sql">): Promise<void> {
  await translated(sql.begin("read only", async (tx) => refuseRows(tx, await backupTablesOf(tx))));
}

/**
 * What a start writes into an empty database beside a never-forget log that outlived it, or that a restore which was cut off
 * has brought in. The log still holds it, and is replayed after the restore.
 */
const REPLAYED: readonly string[] = ["tombstone", "instance"];

async function refuseRows(tx: Transaction, tables: readonly BackupTable[]): Promise<void> {
  for (const table of tables) {
    if (REPLAYED.includes(table.name) || (await countRows(tx, table)) === 0) continue;
    throw new AppError("already_exists", {
      detail: "The database is not empty: restore into a new one, so that nothing is mixed.",
    });
  }
}

async function countRows(tx: Transaction, table: BackupTable): Promise<number> {
  const [row] = await tx.unsafe<{ value: string }[]>(
    `select count(*)::text as value from ${quoted(table.name)}`,
  );
  return Number(row?.value ?? 0);
}

async function setCounter(tx: Transaction, { name, counter }: BackupTable): Promise<void> {
  if (counter === null) return;
  await tx.unsafe(
    `select setval(pg_get_serial_sequence($1, $2), max(${quoted(counter)})) from ${quoted(name)} having max(${quoted(counter)}) is not null`,
    [name, counter],
  );
}

/** A backup may take long and waits for a disk between rows. */
async function withoutTimeouts(tx: Transaction): Promise<void> {
  await tx.unsafe("set local statement_timeout = 0");
  await tx.unsafe("set local idle_in_transaction_session_timeout = 0");
}

/** PostgreSQL breaks base64 into lines; in JSON it has to be one. */
function outward({ name, type }: BackupColumn): string {
  return type === "bytea"
    ? `translate(encode(${quoted(name)}, 'base64'), E'\\n', '') as ${quoted(name)}`
    : quoted(name);
}

function inward({ name, type }: BackupColumn): string {
  return type === "bytea" ? `decode(${quoted(name)}, 'base64')` : quoted(name);
}

/** JSON may hold the two characters that some readers take for the end of a line; only inside strings, so they can be escaped. */
function oneLine(json: string): string {
  return json.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function broken(): AppError {
  return new AppError("input_invalid", { detail: "The backup is not whole or has been changed." });
}
