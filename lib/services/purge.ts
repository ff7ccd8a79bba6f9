import type { Deps } from "#lib/ports/deps.ts";
import type { Episode } from "#lib/ports/episodes.ts";
import { bodyKey } from "./episode-body.ts";
import { applyEvent, ruleCause } from "./episode-events.ts";

/**
 * Deletes what is left of an ended episode: staged copy, search row, object, findings; then marks it erased. Take-downs are
 * sealed, not purged, until they are finalised. Every step can be repeated.
 */
export async function purgeEpisode(deps: Deps, input: { episodeId: string }): Promise<void> {
  const episode = await deps.store.episodes.byId(input.episodeId);
  if (!episode || episode.legalHold) return;
  const { state, tombstone } = episode.lifecycle;
  if (state !== "erased" && !(state === "tombstoned" && tombstone !== "taken_down")) return;
  // a search engine or a store that is away keeps the episode from being erased, but not the bytes elsewhere from going
  await deps.store.staging.drop(episode.id);
  const [unindexed] = await Promise.allSettled([deps.search.remove(episode.id)]);
  await deps.objects.remove(bodyKey(episode.id));
  if (unindexed.status === "rejected") throw unindexed.reason;
  if (state !== "erased") observeSince(deps, episode, "search");
  await deps.store.transaction(async (tx) => {
    const locked = await tx.episodes.lock(episode.id);
    if (!locked) return;
    await tx.staging.drop(locked.id);
    await tx.episodes.forgetContent(locked.id);
    if (tombstone === "withdrawn") await tx.episodes.forgetDigests(locked);
    if (locked.lifecycle.state === "tombstoned") {
      const fresh = await tx.episodes.lock(locked.id);
      if (fresh) await applyEvent(tx, { episode: fresh, event: { type: "erased" }, cause: ruleCause(deps) });
    }
  });
  if (state !== "erased") observeSince(deps, episode, "erased");
}

function observeSince(deps: Deps, { lifecycle }: Episode, until: "search" | "erased"): void {
  if (lifecycle.tombstone !== "withdrawn" || lifecycle.endedAt === null) return;
  const seconds = (deps.clock.now().getTime() - lifecycle.endedAt.getTime()) / 1000;
  deps.metrics.observe("revocation_seconds", { until }, Math.max(0, seconds));
}
