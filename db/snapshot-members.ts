import { and, asc, eq, gt, inArray } from "drizzle-orm";
import type { SnapshotMember } from "#lib/ports/store.ts";
import { batchesOf, keysetStream } from "./batches.ts";
import type { Executor } from "./client.ts";
import { snapshotMember } from "./schema/snapshots.ts";

/** Ids per statement, far below the protocol's 65,535 parameters. */
const WRITE_BATCH = 5_000;

/** The frozen list of a snapshot in id order. */
export function memberStream(db: Executor, snapshotId: string): AsyncIterable<SnapshotMember> {
  const read = (after: string, limit: number) =>
    db
      .select({ episodeId: snapshotMember.episodeId, split: snapshotMember.split })
      .from(snapshotMember)
      .where(and(eq(snapshotMember.snapshotId, snapshotId), gt(snapshotMember.episodeId, after)))
      .orderBy(asc(snapshotMember.episodeId))
      .limit(limit);
  return keysetStream(read, (row) => row.episodeId);
}

/** Freezes the list of a snapshot: every id a candidate, none built yet. */
export async function insertMembers(db: Executor, snapshotId: string, ids: readonly string[]): Promise<void> {
  for (const batch of batchesOf(ids, WRITE_BATCH))
    await db.insert(snapshotMember).values(batch.map((episodeId) => ({ snapshotId, episodeId })));
}

/** Writes what a build decided for members of the frozen list; an id that is not on it changes nothing. */
export async function writeSplits(
  db: Executor,
  snapshotId: string,
  members: readonly SnapshotMember[],
): Promise<void> {
  for (const split of ["train", "val", null] as const) {
    const ids = members.filter((member) => member.split === split).map((member) => member.episodeId);
    for (const batch of batchesOf(ids, WRITE_BATCH)) {
      await db
        .update(snapshotMember)
        .set({ split })
        .where(and(eq(snapshotMember.snapshotId, snapshotId), inArray(snapshotMember.episodeId, batch)));
    }
  }
}
