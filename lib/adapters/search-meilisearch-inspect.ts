import { Meilisearch } from "meilisearch";
import { answered, LIMITS_MS } from "./search-meilisearch-faults.ts";
import { otherVersions } from "./search-meilisearch-filter.ts";
import { INDEX_VERSION, isSettled } from "./search-meilisearch-settings.ts";

/** What a Meilisearch server says of itself and of our index. */
export type MeilisearchFacts = {
  /** Of the server, such as `1.50.0`; null where the key may not ask. */
  version: string | null;
  /** Has the index the settings of this code? Null where the key may not ask. */
  settled: boolean | null;
  documents: number;
  /** Documents of an older form, which the sweep writes anew. */
  outdated: number;
};

/** Asks a server, without changing it. Throws `unavailable` or `configuration_invalid` with what to do. */
export async function inspectMeilisearch(place: {
  url: string;
  key: string | undefined;
}): Promise<MeilisearchFacts> {
  const access = place.key === undefined ? {} : { apiKey: place.key };
  const client = new Meilisearch({ host: place.url, ...access, timeout: LIMITS_MS.search });
  const index = client.index("episodes");
  const count = async (filter?: string) => {
    const { totalHits } = await answered(
      index.search("", { page: 1, hitsPerPage: 1, ...(filter === undefined ? {} : { filter }) }),
    );
    return totalHits;
  };
  const documents = await count();
  const outdated = await count(otherVersions(INDEX_VERSION));
  // the searcher's key may do neither of these
  const version = await client.getVersion().catch(() => null);
  const settings = await index.getSettings().catch(() => null);
  return {
    version: version?.pkgVersion ?? null,
    settled: settings && isSettled(settings),
    documents,
    outdated,
  };
}
