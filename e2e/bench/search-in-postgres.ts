import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type DatabaseHandle } from "#db/client.ts";
import { migrate } from "#db/migrate.ts";
import { createPostgresSearchIndex } from "#lib/adapters/search-postgres.ts";
import { startEmbedded } from "#workers/embedded-postgres/server.ts";
import { growByCopies } from "./search-copies.ts";
import { processorMs } from "./linux-process.ts";
import { benchDocument } from "./search-documents.ts";
import { type BenchEngine, inParallel } from "./search-engine.ts";

/** How many documents of their own it is given; a multiple of what is copied at a time. */
const MADE = 20_000;

/** A database of its own in a temporary folder. Documents beyond the first are copies of rows. */
export async function openPostgres(): Promise<BenchEngine> {
  const folder = mkdtempSync(join(tmpdir(), "trace-share-bench-"));
  // Root runs the database as another user, who has to pass.
  chmodSync(folder, 0o711);
  const server = await startEmbedded({ dataDir: join(folder, "data") });
  await migrate(server.url);
  const database = connect(server.url);
  const [pid] = readFileSync(join(folder, "data", "postgres", "postmaster.pid"), "utf8").split("\n");
  const index = createPostgresSearchIndex(database.db);
  let [loaded, copied] = [0, 0];
  return {
    title: "embedded PostgreSQL",
    index,
    async load(episodes) {
      const made = Math.min(episodes, MADE);
      const before = loaded;
      await inParallel(made - before, (n) => index.put(benchDocument(before + n)));
      loaded = made;
      await growWith(server.url, { from: Math.max(made, copied), to: episodes });
      copied = episodes;
      return made < episodes
        ? `${made} in one transaction each, then copies of these`
        : "one transaction each";
    },
    sizes: () => postgresSizes(database),
    processorMs: () => processorMs(Number(pid)),
    async close() {
      await database.close();
      await server.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** On one connection, which holds a temporary table and may take its time. */
async function growWith(url: string, sizes: { from: number; to: number }): Promise<void> {
  const { db, sql, close } = connect(url, { max: 1 });
  try {
    await sql`set statement_timeout = 0`;
    if (sizes.to > sizes.from) await growByCopies(sql, sizes);
    await createPostgresSearchIndex(db).recount();
    await sql`vacuum analyze search_document`;
  } finally {
    await close();
  }
}

async function postgresSizes({ sql }: DatabaseHandle): Promise<string> {
  const [sizes] = await sql<{ heap: string; toast: string; words: string; whole: string }[]>`
    select pg_size_pretty(pg_relation_size('search_document')) as heap,
      pg_size_pretty(pg_table_size('search_document') - pg_relation_size('search_document')) as toast,
      pg_size_pretty(pg_relation_size('search_document_tsv')) as words,
      pg_size_pretty(pg_total_relation_size('search_document')) as whole`;
  if (!sizes) return "unknown";
  return `${sizes.whole} (rows ${sizes.heap}, long texts ${sizes.toast}, word index ${sizes.words})`;
}
