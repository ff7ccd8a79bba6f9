import { EPISODE_STATES } from "#lib/domain/lifecycle/episode-states.ts";
import { RULES_VERSION } from "#lib/domain/sanitize/rules-version.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Job } from "#lib/ports/jobs.ts";
import { applyEvent, ruleCause } from "./episode-events.ts";
import { bodyKey } from "./episode-body.ts";
import { clearOldIncoming } from "./incoming.ts";
import { needsRescan } from "./rescan.ts";
import { SETTLED_MS } from "./store-body.ts";
import { demandOwnStore } from "./store-owner.ts";

/**
 * Compares rows, index and object store, and repairs drift: enqueues what was missed, gives back expired claims, removes
 * expired upload grants, what was sent and never completed, and objects whose episode has ended; gives the search index its settings. What needs a
 * store that is away is asked for when that is back. Asks for a rescan where the rules are newer than the scans. Never publishes: what may be released is screened again. A public
 * body that is nowhere any more can't be repaired: it is an error in the log, for a person with a backup.
 */
export async function sweep(deps: Deps): Promise<void> {
  await returnExpiredClaims(deps);
  await deps.store.uploads.removeExpired(deps.clock.now());
  const { staging, episodes } = deps.store;
  const settled = new Date(deps.clock.now().getTime() - SETTLED_MS);
  // a search engine that was away when this instance was prepared; where nothing has changed it is only asked
  await deps.search.prepare();
  const stores = await answers(deps.objects.ready());
  const finds = await answers(deps.search.ready());
  const published = await collect(episodes.idsByState(["published"]));
  const staged = await collect(staging.ids());
  // what is away would fail every job that needs it, and every sweep would ask for them all again: only staged bodies are at hand
  const possible = (ids: Iterable<string>, isAtHand: boolean) =>
    isAtHand ? ids : [...ids].filter((id) => staged.has(id));
  const missed = [
    ...(stores ? jobsFor("store-body", await collect(staging.due(settled))) : []),
    ...jobsFor("screen", possible(await collect(episodes.idsToScreen(RULES_VERSION)), stores)),
    ...jobsFor("purge", possible(await collect(episodes.idsToPurge()), stores && finds)),
    ...jobsFor("project", await deps.search.drift(published)),
    ...((await needsRescan(deps)) ? [{ name: "rescan" } as const] : []),
  ];
  for (const job of missed) await deps.store.jobs.enqueue(job);
  await deps.search.recount();
  await demandOwnStore(deps);
  const bodies = await checkObjects(deps, new Set([...published].filter((id) => !staged.has(id))));
  const incoming = await clearOldIncoming(deps);
  deps.log.info("sweep.done", { enqueued: missed.length, ...bodies, incoming });
}

function answers(asked: Promise<unknown>): Promise<boolean> {
  return asked.then(
    () => true,
    () => false,
  );
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

const LOOKED_UP = 1_000;

/**
 * Removes objects that no living row names, and tells of public rows whose body is neither staged nor stored. A database without
 * a single episode is no measure of what may go: a wrong DATABASE_URL would cost every body.
 */
async function checkObjects(deps: Deps, unseen: Set<string>): Promise<{ orphans: number; missing: number }> {
  if (await isEmpty(deps.store.episodes.idsByState(EPISODE_STATES))) {
    if (!(await isEmpty(deps.objects.list("episodes/")))) deps.log.error("sweep.objects_of_nobody");
    return { orphans: 0, missing: 0 };
  }
  let orphans = 0;
  let batch: string[] = [];
  const look = async () => {
    const states = await deps.store.episodes.statesOf(batch.map(idOf));
    for (const key of batch) {
      const id = idOf(key);
      const state = states.get(id);
      if (state && state !== "erased" && key === bodyKey(id)) unseen.delete(id);
      else if (await removeOrphan(deps, key)) orphans++;
    }
    batch = [];
  };
  for await (const key of deps.objects.list("episodes/")) {
    batch.push(key);
    if (batch.length >= LOOKED_UP) await look();
  }
  await look();
  let missing = 0;
  for (const id of unseen) {
    // withdrawn while the store was read
    if ((await deps.store.episodes.byId(id))?.lifecycle.state !== "published") continue;
    missing++;
    deps.log.error("sweep.body_missing", { episode: id });
  }
  return { orphans, missing };
}

async function isEmpty(source: AsyncIterable<string>): Promise<boolean> {
  for await (const _first of source) return false;
  return true;
}

/** Asked once more, alone: a row may have come since the batch was looked up. */
async function removeOrphan(deps: Deps, key: string): Promise<boolean> {
  const id = idOf(key);
  const episode = await deps.store.episodes.byId(id);
  if (episode && episode.lifecycle.state !== "erased" && key === bodyKey(id)) return false;
  await deps.objects.remove(key);
  return true;
}

function idOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1).split(".")[0] ?? "";
}

type EpisodeJobName = Extract<Job, { episodeId: string }>["name"];

function jobsFor(name: EpisodeJobName, ids: Iterable<string>): Job[] {
  return [...ids].map((episodeId) => ({ name, episodeId }));
}

async function collect(source: AsyncIterable<string>): Promise<Set<string>> {
  const items = new Set<string>();
  for await (const item of source) items.add(item);
  return items;
}
