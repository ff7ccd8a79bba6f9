import { drizzle, type PostgresJsDatabase, type PostgresJsQueryResultHKT } from "drizzle-orm/postgres-js";
import type { PgDatabase } from "drizzle-orm/pg-core";
import postgres from "postgres";
import { roleOf } from "./role-names.ts";

/** Where statements run: the database itself or one of its transactions. */
export type Executor = PgDatabase<PostgresJsQueryResultHKT>;

/** An open pool. `sql` is the driver underneath: drizzle has switched its date parsing off, so dates are text there. */
export type DatabaseHandle = {
  db: PostgresJsDatabase;
  sql: postgres.Sql;
  close(): Promise<void>;
};

const STATEMENT_TIMEOUT_MS = 60_000;
/** A transaction may wait for a durable write elsewhere, never for a person. */
const IDLE_TRANSACTION_TIMEOUT_MS = 300_000;

/** Opens a pool of at most `max` connections (10); the first statement connects. `name` is what the server shows of it. */
export function connect(url: string, options: { max?: number; name?: string } = {}): DatabaseHandle {
  const sql = postgres(url, {
    max: options.max ?? 10,
    connect_timeout: 10,
    onnotice: () => {},
    connection: {
      application_name: options.name ?? "trace-share",
      // a role of ours has a limit of its own, which this one would replace
      ...(roleOf(url) ? {} : { statement_timeout: STATEMENT_TIMEOUT_MS }),
      idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
    },
  });
  return { db: drizzle(sql), sql, close: () => sql.end({ timeout: 5 }) };
}
