import type { Actor } from "#lib/domain/access/policy.ts";
import { type PublicEpisode, publicForm } from "#lib/domain/episode/public-form.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { EpisodeState } from "#lib/domain/lifecycle/episode-states.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Case } from "#lib/ports/cases.ts";
import type { Episode, EpisodeLogRow, Finding } from "#lib/ports/episodes.ts";
import { actorName, authorise } from "./authorise.ts";
import { listCases } from "./cases.ts";
import { readRecord } from "./episode-body.ts";
import { isEnded } from "./episode-events.ts";

const QUEUE_STATES: readonly EpisodeState[] = ["quarantined", "in_review", "hidden", "taken_down"];
const LIMIT = 200;

/** A row of the queue: what staff need to choose what to look at next. */
export type QueueRow = Pick<
  Episode,
  | "id"
  | "title"
  | "sourceTool"
  | "disclosure"
  | "license"
  | "steps"
  | "receivedAt"
  | "reviewReasons"
  | "sharedToken"
> & {
  state: EpisodeState;
  reason: string | null;
  claimedBy: string | null;
  leaseUntil: Date | null;
  findings: number;
};

export type Queue = { waiting: QueueRow[]; held: QueueRow[]; cases: (Case & { reports: number })[] };

/** Everything that waits for staff: uploads in quarantine or review, hidden and taken-down episodes, open cases. */
export async function readQueue(deps: Deps, actor: Actor): Promise<Queue> {
  authorise(actor, "queue.read");
  const rows = (await deps.store.episodes.listByState(QUEUE_STATES, { limit: LIMIT })).map(queueRow);
  const isWaiting = (row: QueueRow) => row.state === "quarantined" || row.state === "in_review";
  return {
    waiting: rows.filter(isWaiting),
    held: rows.filter((row) => !isWaiting(row)),
    cases: await listCases(deps, actor),
  };
}

export type Review = {
  row: QueueRow;
  /** Null once the bytes are erased. */
  episode: PublicEpisode | null;
  findings: Finding[];
  log: EpisodeLogRow[];
  cases: Case[];
};

/** One episode as staff see it. Reading bytes that are not public is an audit row (permanence.md 21). */
export async function readReview(deps: Deps, actor: Actor, input: { episodeId: string }): Promise<Review> {
  authorise(actor, "queue.read");
  const episode = await deps.store.episodes.byId(input.episodeId);
  if (!episode) throw new AppError("not_found");
  if (episode.lifecycle.state !== "published") {
    await deps.store.audit.append({
      at: deps.clock.now(),
      actor: actorName(actor),
      action: "episode.read_held",
      subject: episode.id,
    });
  }
  return {
    row: queueRow(episode),
    episode: isEnded(episode) ? null : publicForm(await readRecord(deps, episode)),
    findings: await deps.store.episodes.findings(episode.id),
    log: await deps.store.episodes.log(episode.id),
    cases: await deps.store.cases.openOf(episode.id),
  };
}

function queueRow(episode: Episode): QueueRow {
  const { lifecycle } = episode;
  return {
    id: episode.id,
    title: episode.title,
    sourceTool: episode.sourceTool,
    disclosure: episode.disclosure,
    license: episode.license,
    steps: episode.steps,
    receivedAt: episode.receivedAt,
    reviewReasons: episode.reviewReasons,
    sharedToken: episode.sharedToken,
    state: lifecycle.state,
    reason: lifecycle.reason,
    claimedBy: lifecycle.claimedBy,
    leaseUntil: lifecycle.leaseUntil,
    findings: episode.scan?.openFindings ?? 0,
  };
}
