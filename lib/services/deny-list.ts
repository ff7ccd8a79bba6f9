import type { DenyListRow, Store } from "#lib/ports/store.ts";
import type { Deps } from "#lib/ports/deps.ts";

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
  await tx.denyList.append(change.episodeId, !change.isPublic, change.at.toISOString().slice(0, 10));
}

const PAGE = 1_000;

/** A page of the deny-list after a sequence number, for people who hold copies. */
export async function listDenyList(
  deps: Deps,
  since: number,
): Promise<{ rows: DenyListRow[]; head: number }> {
  const rows = await deps.store.denyList.since(since, PAGE);
  return { rows, head: await deps.store.denyList.head() };
}
