import { type SQL, sql } from "drizzle-orm";
import { type AnyPgColumn, customType, timestamp } from "drizzle-orm/pg-core";

/** Bytes. postgres.js gives a Buffer and takes a Uint8Array. */
export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });

/** A moment. Milliseconds, so that a value that went through JavaScript still equals the stored one. */
export function moment(name: string) {
  return timestamp(name, { withTimezone: true, mode: "date", precision: 3 });
}

/** Condition of a closed list. The values are our own constants, so they may stand in the statement. */
export function isOneOf(column: AnyPgColumn, values: readonly string[]): SQL {
  return sql`${column} in (${sql.raw(values.map(quoted).join(", "))})`;
}

/** Condition of an array whose elements all come from a closed list. */
export function areAllOf(column: AnyPgColumn, values: readonly string[]): SQL {
  return sql`${column} <@ array[${sql.raw(values.map(quoted).join(", "))}]::text[]`;
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
