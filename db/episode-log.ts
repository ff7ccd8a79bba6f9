import { max, sql } from "drizzle-orm";
import type { EpisodeEvent, EpisodeState } from "#lib/domain/lifecycle/episode-states.ts";
import type { Episode, EpisodeLogRow, EventCause } from "#lib/ports/episodes.ts";
import type { Executor } from "./client.ts";
import { episodeEvent } from "./schema/episode-events.ts";

type Step = { before: Episode; event: EpisodeEvent; to: EpisodeState; cause: EventCause };

/** Appends one event: the closed codes that its effects need, never the clearance, which is proof at its time only. */
export async function appendEvent(db: Executor, { before, event, to, cause }: Step): Promise<void> {
  await db.insert(episodeEvent).values({
    episodeId: before.id,
    type: event.type,
    from: before.lifecycle.state,
    to,
    ...cause,
    reason: "reason" in event ? event.reason : null,
    legal: "legal" in event ? event.legal : null,
    claimedBy: "by" in event ? event.by : null,
    leaseUntil: "leaseUntil" in event ? event.leaseUntil : null,
  });
}

/** A row of the log as `replay` takes it: what an event did not carry is absent. */
export function toLogRow(row: typeof episodeEvent.$inferSelect): EpisodeLogRow {
  const { seq, type, from, to, at, actor, actorId, role, caseId } = row;
  return {
    seq,
    type,
    from,
    to,
    at,
    actor,
    actorId,
    role,
    caseId,
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.legal !== null && { legal: row.legal }),
    ...(row.claimedBy !== null && { by: row.claimedBy }),
    ...(row.leaseUntil !== null && { leaseUntil: row.leaseUntil }),
  };
}

/** Class of the advisory locks that writers of events hold; the second half is the sequence as they found it. */
const HORIZON = 7_274_362;

/**
 * Marks the transaction as one that will write events above the sequence's present number. Taken before the first event
 * draws its number, held until the transaction ends; shared, so writers never wait for each other.
 */
export async function holdHorizon(db: Executor): Promise<true> {
  await db.execute(sql`
    select pg_advisory_xact_lock_shared(${HORIZON}, case when is_called then last_value else 0 end::int)
    from episode_event_seq_seq`);
  return true;
}

/**
 * The highest number up to which no event can still appear. Numbers are drawn before they are committed, so the highest
 * visible one may stand above another that is on its way; open transactions say by their locks where theirs begin. The
 * locks are read after the events: who has let go in between has committed.
 */
export async function eventHead(db: Executor): Promise<number> {
  const [row] = await db.select({ value: max(episodeEvent.seq) }).from(episodeEvent);
  const [lock] = await db.execute<{ lowest: string | null }>(sql`
    select min(objid::bigint)::text as lowest from pg_locks
    where locktype = 'advisory' and classid = ${HORIZON} and objsubid = 2
      and database = (select oid from pg_database where datname = current_database())`);
  const visible = row?.value ?? 0;
  return lock?.lowest ? Math.min(visible, Number(lock.lowest)) : visible;
}
