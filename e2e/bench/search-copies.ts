import type { Sql } from "postgres";
import { publishedAt } from "./search-documents.ts";

const TABLE = "search_document";
/** How many copies are written in one statement. */
const SOME = 10_000;

/**
 * Grows an index of `from` generated documents to `to` by copies of their rows under other ids and later times: a million documents of
 * their own would take an hour to make. Every word stands in the same share of them, a rare one in so many more. The word indexes are
 * dropped meanwhile and built anew, as after a restore.
 */
export async function growByCopies(sql: Sql, { from, to }: { from: number; to: number }): Promise<void> {
  const indexes = await sql<{ name: string; definition: string }[]>`
    select indexname as name, indexdef as definition from pg_indexes
    where tablename = ${TABLE} and indexdef like '% USING gin %'`;
  for (const { name } of indexes) await sql`drop index ${sql(name)}`;
  const columns = await sql<{ name: string }[]>`
    select attname as name from pg_attribute
    where attrelid = ${TABLE}::regclass and attnum > 0 and not attisdropped and attname not in ('id', 'published_at')`;
  const same = sql.unsafe(columns.map(({ name }) => `"${name}"`).join(", "));
  const step = (publishedAt(1).getTime() - publishedAt(0).getTime()) / 1_000;
  await sql`create temporary table original as
    select id, row_number() over (order by published_at) - 1 as place from search_document`;
  for (let made = from; made < to; made += SOME) {
    const places = { first: made % from, end: (made % from) + Math.min(SOME, to - made) };
    const copy = Math.floor(made / from);
    await sql`
      insert into search_document (id, published_at, ${same})
      select encode(sha256((id || ${`${from} ${copy}`})::bytea), 'hex'),
        published_at + make_interval(secs => ${copy * from * step}), ${same}
      from search_document join original using (id)
      where place >= ${places.first} and place < ${places.end}`;
  }
  await sql`set maintenance_work_mem = '1GB'`;
  for (const { definition } of indexes) await sql.unsafe(definition);
}
