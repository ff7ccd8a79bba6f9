import type { SearchDocument } from "#lib/domain/search/document.ts";
import type { SearchHits, SearchQuery } from "#lib/domain/search/query.ts";

/** A full-text index of public episodes. It answers ids; rows come from the store, behind the visibility gate. */
export interface SearchIndex {
  put(document: SearchDocument): Promise<void>;
  remove(id: string): Promise<void>;
  search(query: SearchQuery): Promise<SearchHits>;
  /** All ids that the index holds, for the sweep that repairs drift. */
  ids(): AsyncIterable<string>;
  /** Counts anew what is kept as running counts, for the same sweep. */
  recount(): Promise<void>;
  ready(): Promise<void>;
}
