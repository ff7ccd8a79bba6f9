import { AppError, isAppError } from "#lib/domain/errors.ts";
import { releaseLabels } from "#lib/domain/episode/public-form.ts";
import type { EpisodeRecord } from "#lib/domain/episode/schema.ts";
import type { PublishableRules } from "#lib/domain/lifecycle/publishable.ts";
import { type Exclusion, exclusionOf } from "#lib/domain/snapshot/exclusions.ts";
import type { Candidate } from "#lib/domain/snapshot/plan.ts";
import { recordDigest } from "#lib/domain/snapshot/record-digest.ts";
import type { Labels } from "#lib/domain/snapshot/rows.ts";
import { groupName } from "#lib/domain/snapshot/split.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Episode } from "#lib/ports/episodes.ts";
import type { Snapshot } from "#lib/ports/snapshots.ts";
import { readRecord } from "./episode-body.ts";
import { askGuard } from "./instance-rules.ts";

/** A frozen id as it is now: a candidate with its record and labels, or why it stays out. */
export type Inspected =
  | { ok: true; candidate: Candidate; record: EpisodeRecord; labels: Labels }
  | { ok: false; id: string; reason: Exclusion };

/** Reads one frozen id and asks the guard about it. Throws `unavailable` if a public episode's body can't be read. */
export async function inspectCandidate(
  deps: Deps,
  input: { snapshot: Snapshot; rules: PublishableRules; id: string },
): Promise<Inspected> {
  const { snapshot, rules, id } = input;
  const episode = await deps.store.episodes.byId(id);
  const reason = await exclusionNow(deps, episode, rules);
  if (!episode || reason) return { ok: false, id, reason: reason ?? "unavailable" };
  const record = await readWhilePublic(deps, episode);
  if (!record) return { ok: false, id, reason: "unavailable" };
  const labels = releaseLabels(snapshot.labelKey, {
    sessionKey: episode.sessionKey,
    contributor: episode.account,
  });
  return { ok: true, candidate: candidateOf(episode, record), record, labels };
}

async function exclusionNow(
  deps: Deps,
  episode: Episode | null,
  rules: PublishableRules,
): Promise<Exclusion | null> {
  if (episode?.lifecycle.state !== "published") return "unavailable";
  if (episode.sharedToken) return "shared_token";
  const answer = await askGuard(deps.store, episode, { rules });
  return answer.ok ? null : exclusionOf(answer.reasons);
}

/** The record, or null if it was withdrawn and deleted between the two reads. */
async function readWhilePublic(deps: Deps, episode: Episode): Promise<EpisodeRecord | null> {
  try {
    const record = await readRecord(deps, episode);
    if (record.id === episode.id) return record;
    throw new AppError("unavailable", { detail: "A stored record carries another id than its row." });
  } catch (error) {
    if (!isAppError(error, "unavailable")) throw error;
    const again = await deps.store.episodes.byId(episode.id);
    if (again?.lifecycle.state === "published") throw error;
    return null;
  }
}

function candidateOf(episode: Episode, record: EpisodeRecord): Candidate {
  return {
    id: episode.id,
    contentHash: episode.contentHash,
    recordDigest: recordDigest(record),
    group: groupName(episode.account, episode.groupRoot),
    verified: episode.hashVerified,
    attributed: !episode.sharedToken,
    order: episode.lifecycle.firstPublishedAt?.getTime() ?? Number.MAX_SAFE_INTEGER,
  };
}
