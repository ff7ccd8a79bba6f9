import type { DenyListRow } from "#lib/ports/snapshots.ts";
import type { Store } from "#lib/ports/store.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { isPublicRelease } from "./public-releases.ts";

/**
 * Keeps the public deny-list in step with an episode that stands in a public release: listed when it stops being public,
 * un-listed when it is public again. Ids and days only (permanence.md 7, 8).
 */
export async function recordPublicChange(
  tx: Store,
  change: { episodeId: string; isPublic: boolean; at: Date },
): Promise<void> {
  const listed = await tx.denyList.isListed(change.episodeId);
  if (listed !== change.isPublic) return;
  const releases = await tx.snapshots.containing(change.episodeId);
  if (releases.length === 0) return;
  await tx.denyList.append(change.episodeId, !change.isPublic, dayOf(change.at));
}

/** A day is over when no transaction that began in it can still commit. */
const SETTLED_AFTER_MS = 60 * 60 * 1_000;
const PAGE = 1_000;

export type DenyListPage = {
  rows: DenyListRow[];
  /** Every row up to this day is out: what to ask after next time. */
  through: string;
  more: boolean;
};

/**
 * A page of the deny-list for people who hold copies: whole days after `since` (`YYYY-MM-DD`; empty: from the beginning), sorted
 * by id inside a day. Today's rows wait for the end of the day, except those that a release has left out already: a patch takes
 * every pending withdrawal with it, so that nobody can single out the one that made it necessary (permanence.md 8).
 */
export async function listDenyList(deps: Deps, since: string): Promise<DenyListPage> {
  const settled = new Date(deps.clock.now().getTime() - SETTLED_AFTER_MS);
  const over = dayOf(new Date(settled.getTime() - 24 * 60 * 60 * 1_000));
  const released = (await deps.store.snapshots.list()).filter(isPublicRelease);
  const covered = Math.max(0, ...released.map(({ denyListSeq }) => denyListSeq));
  const { rows, more } = await deps.store.denyList.page({ since, over, covered }, PAGE);
  const last = more ? (rows.at(-1)?.day ?? over) : over;
  return { rows, through: last > since ? last : since, more };
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}
