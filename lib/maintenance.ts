import { resolve } from "node:path";
import { createUpstashKeyValue } from "#lib/adapters/key-value-upstash.ts";
import { inspectMeilisearch, type MeilisearchFacts } from "#lib/adapters/search-meilisearch-inspect.ts";
import { type DatabaseTools, openDatabaseTools } from "#db/maintenance.ts";
import type { KeyValue } from "#lib/ports/key-value.ts";
import type { Config } from "./config.ts";
import { openStorage, type Storage } from "./container.ts";

export type { MeilisearchFacts } from "#lib/adapters/search-meilisearch-inspect.ts";
export type { DatabaseFacts, DatabaseTools } from "#db/maintenance.ts";
export { openDatabaseTools };
export { openStorage } from "./container.ts";

/** What an instance keeps, opened part by part: for upkeep that must work before, after or without a whole instance. */
export type Stores = Omit<Storage, "close"> & {
  database: DatabaseTools;
  dataDir: string;
  close(): Promise<void>;
};

/** Opens database and storage of an instance without preparing or changing them. */
export async function openStores(config: Config & { databaseUrl: string }): Promise<Stores> {
  const storage = await openStorage(config, "worker");
  const database = openDatabaseTools(config.databaseUrl);
  return {
    ...storage,
    database,
    dataDir: resolve(config.dataDir),
    close: async () => {
      storage.close();
      await database.close();
    },
  };
}

/** Redis itself, without the database in reserve; null where none is set. */
export function openRedis({ redis }: Config): KeyValue | null {
  return redis ? createUpstashKeyValue(redis) : null;
}

/** What the search engine of the settings says of itself; null where PostgreSQL searches. */
export async function inspectSearch({ meilisearch }: Config): Promise<MeilisearchFacts | null> {
  if (meilisearch === undefined) return null;
  return inspectMeilisearch({ url: meilisearch.url, key: meilisearch.apiKey });
}
