import { isAppError } from "#lib/domain/errors.ts";
import type { Metrics } from "#lib/ports/metrics.ts";
import type { SearchIndex } from "#lib/ports/search-index.ts";

/** The same index with the time of each search, who answered it, and those that nobody answered counted. */
export function measuredSearch(index: SearchIndex, metrics: Metrics): SearchIndex {
  return {
    ...index,
    async search(query) {
      const began = performance.now();
      try {
        const hits = await index.search(query);
        const answered_by = hits.fallback ? "reserve" : "engine";
        metrics.observe("search_seconds", { answered_by }, (performance.now() - began) / 1000);
        return hits;
      } catch (error) {
        if (!isAppError(error, "input_invalid")) metrics.count("search_failures_total", {});
        throw error;
      }
    },
  };
}
