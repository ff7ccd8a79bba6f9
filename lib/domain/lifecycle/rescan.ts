import type { EpisodeState } from "./episode-states.ts";

/**
 * What newer rules read again: what is public, and what a person may make public again. Uploads that wait for review are
 * screened anew by the sweep, those in review as soon as their claim ends; what is rejected or ended never comes back.
 */
export const RESCANNED_STATES = ["published", "hidden", "taken_down"] as const satisfies EpisodeState[];

/** How many hits may be acted on without a person, and which part of what is public. */
const MOST_HITS = 25;
const ONE_IN = 1_000;

/** Whether so many hits among so many public episodes wait for a person: more than 25, or more than 0.1 % (permanence.md 23). */
export function needsPerson({ hits, published }: { hits: number; published: number }): boolean {
  return hits > MOST_HITS || hits * ONE_IN > published;
}

type Place = { rule: string; kind: string; path: string; start: number; end: number };

/**
 * Which of the new findings a person has called a false alarm before: the record is the same, so rule and place say it. Each
 * dismissal counts once, and none covers a definite finding (permanence.md 21).
 */
export function withDismissals<Found extends Place & { class: "definite" | "candidate" }>(
  found: readonly Found[],
  dismissed: readonly Place[],
): (Found & { resolved: boolean })[] {
  const left = new Map<string, number>();
  for (const place of dismissed) left.set(nameOf(place), (left.get(nameOf(place)) ?? 0) + 1);
  return found.map((finding) => {
    const name = nameOf(finding);
    const count = left.get(name) ?? 0;
    const resolved = finding.class === "candidate" && count > 0;
    if (resolved) left.set(name, count - 1);
    return { ...finding, resolved };
  });
}

function nameOf({ rule, kind, path, start, end }: Place): string {
  return JSON.stringify([rule, kind, path, start, end]);
}
