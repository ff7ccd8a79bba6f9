import { searchDocument } from "#lib/domain/search/document.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { readRecord } from "./episode-body.ts";

/** Brings the index in line with the row as it is now: in if public, out otherwise. The same result in any order. */
export async function projectEpisode(deps: Deps, input: { episodeId: string }): Promise<void> {
  const episode = await deps.store.episodes.byId(input.episodeId);
  if (episode?.lifecycle.state !== "published") {
    await deps.search.remove(input.episodeId);
    return;
  }
  const record = await readRecord(deps, episode);
  await deps.search.put(searchDocument(record, episode.lifecycle.publishedAt ?? episode.receivedAt));
  // withdrawn while the record was read: the gate already hides it, and the index must not keep it
  const after = await deps.store.episodes.byId(input.episodeId);
  if (after?.lifecycle.state !== "published") await deps.search.remove(input.episodeId);
}
