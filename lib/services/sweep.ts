import type { Deps } from "#lib/ports/deps.ts";
import type { Job } from "#lib/ports/jobs.ts";
import { applyEvent, ruleCause } from "./episode-events.ts";
import { bodyKey } from "./episode-body.ts";

/**
 * Compares rows, index and object store, and repairs drift: enqueues what was missed, gives back expired claims, removes
 * expired upload grants and objects whose episode has ended. Never publishes: what may be released is screened again.
 */
export async function sweep(deps: Deps): Promise<void> {
  await returnExpiredClaims(deps);
  await deps.store.uploads.removeExpired(deps.clock.now());
  const { staging, episodes } = deps.store;
  const missed = [
    ...(await jobsFor("store-body", staging.ids())),
    ...(await jobsFor("screen", episodes.idsByState(["received", "quarantined"]))),
    ...(await jobsFor("purge", episodes.idsByState(["tombstoned"]))),
    ...(await indexDrift(deps)),
  ];
  for (const job of missed) await deps.store.jobs.enqueue(job);
  const orphans = await removeOrphans(deps);
  deps.log.info("sweep.done", { enqueued: missed.length, orphans });
}

async function returnExpiredClaims(deps: Deps): Promise<void> {
  const claimed = await collect(deps.store.episodes.idsByState(["in_review"]));
  for (const id of claimed) {
    await deps.store.transaction(async (tx) => {
      const episode = await tx.episodes.lock(id);
      const lease = episode?.lifecycle.leaseUntil;
      if (!episode || episode.lifecycle.state !== "in_review" || (lease && lease > deps.clock.now())) return;
      await applyEvent(tx, { episode, event: { type: "unclaimed" }, cause: ruleCause(deps, "clock") });
    });
  }
}

async function indexDrift(deps: Deps): Promise<Job[]> {
  const published = new Set(await collect(deps.store.episodes.idsByState(["published"])));
  const drift: Job[] = [];
  for await (const id of deps.search.ids()) {
    if (!published.delete(id)) drift.push({ name: "project", episodeId: id });
  }
  return [...drift, ...[...published].map((episodeId): Job => ({ name: "project", episodeId }))];
}

async function removeOrphans(deps: Deps): Promise<number> {
  let removed = 0;
  for await (const key of deps.objects.list("episodes/")) {
    const id = key.slice(key.lastIndexOf("/") + 1).split(".")[0] ?? "";
    const episode = await deps.store.episodes.byId(id);
    if (episode && episode.lifecycle.state !== "erased" && key === bodyKey(id)) continue;
    await deps.objects.remove(key);
    removed++;
  }
  return removed;
}

type EpisodeJobName = Extract<Job, { episodeId: string }>["name"];

async function jobsFor(name: EpisodeJobName, ids: AsyncIterable<string>): Promise<Job[]> {
  return (await collect(ids)).map((episodeId) => ({ name, episodeId }));
}

async function collect(source: AsyncIterable<string>): Promise<string[]> {
  const items: string[] = [];
  for await (const item of source) items.push(item);
  return items;
}
