import { and, asc, eq, gt, inArray, ne, sql } from "drizzle-orm";
import type { CaseCategory, CaseState } from "#lib/domain/lifecycle/case-states.ts";
import type { SnapshotMember, WithdrawnMember } from "#lib/ports/snapshots.ts";
import { batchesOf, keysetStream } from "./batches.ts";
import type { Executor } from "./client.ts";
import { takedownCase } from "./schema/cases.ts";
import { episodeEvent } from "./schema/episode-events.ts";
import { episode } from "./schema/episodes.ts";
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

/** Cases that came to nothing before anybody decided them. */
const GIVEN_UP: CaseState[] = ["merged", "expired", "withdrawn"];

const LEFT_AT = sql<string | null>`(select max(${episodeEvent.at}) from ${episodeEvent}
  where ${episodeEvent.episodeId} = ${episode.id} and ${episodeEvent.from} = 'published')`;
const REPORTED_FOR = sql<CaseCategory[]>`array(select distinct ${takedownCase.category} from ${takedownCase}
  where ${takedownCase.episodeId} = ${episode.id} and ${takedownCase.outcome} is distinct from 'no_action'
  and ${takedownCase.state} not in (${sql.join(
    GIVEN_UP.map((state) => sql`${state}`),
    sql`, `,
  )}))`;

/** Members in a file whose episode is not public any more, with what decides how long the file is served. */
export async function withdrawnMembers(db: Executor, snapshotId: string): Promise<WithdrawnMember[]> {
  const { id, disclosure, legal, reason } = episode;
  const rows = await db
    .select({
      id,
      disclosure,
      legal,
      reason,
      split: snapshotMember.split,
      leftAt: LEFT_AT,
      reportedFor: REPORTED_FOR,
    })
    .from(snapshotMember)
    .innerJoin(episode, eq(episode.id, snapshotMember.episodeId))
    .where(and(eq(snapshotMember.snapshotId, snapshotId), ne(episode.state, "published")))
    .orderBy(asc(episode.id));
  return rows.flatMap(({ split, leftAt, ...row }) =>
    split ? [{ ...row, split, leftAt: leftAt === null ? null : new Date(leftAt) }] : [],
  );
}
