import postgres from "postgres";
import { migrate } from "#db/migrate.ts";
import { emptyDatabase } from "./database.ts";

/**
 * Takes from a database what later migrations than `schema` have added, and keeps its rows: an instance as an older version leaves it,
 * filled by this one's services. Migrations only add (db/migrate.test.ts), so tables and columns are all there is to take.
 */
export async function takeBack(url: string, schema: number): Promise<void> {
  const older = await emptyDatabase();
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await migrate(older.url, { upTo: schema });
    const known = new Set(await columnsAt(older.url));
    const tables = new Set([...known].map((column) => column.split(".")[0]));
    for (const column of await columnsAt(url)) {
      if (known.has(column)) continue;
      const [table = "", name = ""] = column.split(".");
      if (tables.has(table)) await sql`alter table ${sql(table)} drop column ${sql(name)} cascade`;
      else await sql`drop table if exists ${sql(table)} cascade`;
    }
    await sql`delete from drizzle.__drizzle_migrations where created_at > ${schema}`;
  } finally {
    await sql.end();
    await older.drop();
  }
}

/** `table.column`, ours alone. */
async function columnsAt(url: string): Promise<string[]> {
  const sql = postgres(url, { max: 1 });
  try {
    const rows = await sql<{ path: string }[]>`
      select c.table_name || '.' || c.column_name as path from information_schema.columns c
      join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = 'public' and t.table_type = 'BASE TABLE'`;
    return rows.map(({ path }) => path);
  } finally {
    await sql.end();
  }
}
