import type { OwnEpisode } from "#lib/domain/episode/summary.ts";
import { listOwnEpisodes } from "#lib/services/my-episodes.ts";
import type { Stage } from "./stage.ts";

/** Every episode of the demo contributor, in an order that stays the same while the titles do. */
export async function ownEpisodes({ deps, people }: Stage): Promise<OwnEpisode[]> {
  const all: OwnEpisode[] = [];
  let page = await listOwnEpisodes(deps, people.contributor.actor, {});
  all.push(...page.items);
  while (page.nextBefore) {
    page = await listOwnEpisodes(deps, people.contributor.actor, { before: page.nextBefore });
    all.push(...page.items);
  }
  return all.toSorted((a, b) => compare(a.title, b.title) || compare(a.id, b.id));
}

/** Those that anybody can read now. */
export async function publishedEpisodes(stage: Stage): Promise<OwnEpisode[]> {
  return (await ownEpisodes(stage)).filter(({ state }) => state === "published");
}

/** How many are in each state. */
export async function countStates(stage: Stage): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { state } of await ownEpisodes(stage)) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
