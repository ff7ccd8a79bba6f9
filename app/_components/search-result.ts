import type { EpisodeSummary } from "#lib/domain/episode/summary.ts";
import type { SearchHits } from "#lib/domain/search/query.ts";

/** What the search page draws: hits as rows that passed the gate, with counts that say whether they are exact. */
export type SearchResultView = Omit<SearchHits, "ids" | "fragments"> & {
  items: (EpisodeSummary & { fragment: string | null })[];
};
