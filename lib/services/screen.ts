import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { isAffirmed } from "#lib/domain/episode/repository-rights.ts";
import type { EpisodeRecord } from "#lib/domain/episode/schema.ts";
import { RULES_VERSION } from "#lib/domain/sanitize/rules-version.ts";
import { verify } from "#lib/domain/sanitize/verify.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Episode, Finding } from "#lib/ports/episodes.ts";
import type { Store } from "#lib/ports/store.ts";
import { readRecord } from "./episode-body.ts";
import { applyEvent, ruleCause } from "./episode-events.ts";
import { askGuard } from "./instance-rules.ts";

/** Episodes of a newcomer that a person looks at before any is released by rule (docs/GOVERNANCE.md). */
const FIRST_REVIEWED = 3;
const SAMPLED_PER_CENT = 10;

/**
 * Scans a received record, stores its findings as spans, and moves it into quarantine; then, if nothing speaks against it
 * and the policy allows it, releases it. Repeating it is harmless: the row is read again under lock.
 */
export async function screenEpisode(deps: Deps, input: { episodeId: string }): Promise<void> {
  const episode = await deps.store.episodes.byId(input.episodeId);
  if (!episode || !isWaiting(episode)) return;
  const record = await readRecord(deps, episode);
  const findings = verify(record as JsonValue).map(({ rule, kind, path, start, end }) => ({
    rule,
    kind,
    path,
    start,
    end,
  }));
  const verdict = await deps.store.transaction(async (tx) => {
    const locked = await tx.episodes.lock(episode.id);
    if (!locked || !isWaiting(locked)) return null;
    const { repository } = record.rights;
    const reasons = await reviewReasons(deps, tx, { episode: locked, repository, findings });
    await tx.episodes.setScan(
      locked.id,
      { rulesVersion: RULES_VERSION, openFindings: findings.length },
      findings,
      reasons,
    );
    const quarantined = await quarantine(deps, tx, { ...locked, reviewReasons: reasons });
    if (reasons.length > 0) return "review";
    return (await release(deps, tx, quarantined.id)) ? "released" : "held";
  });
  if (verdict) deps.metrics.count("screenings_total", { verdict });
}

/** Received, or held in quarantine with nothing for a person to decide (a pause), or scanned under other rules. */
function isWaiting({ lifecycle: { state }, reviewReasons, scan }: Episode): boolean {
  if (state === "received") return true;
  return state === "quarantined" && (reviewReasons.length === 0 || scan?.rulesVersion !== RULES_VERSION);
}

async function quarantine(deps: Deps, tx: Store, episode: Episode): Promise<Episode> {
  if (episode.lifecycle.state === "quarantined") return episode;
  return applyEvent(tx, { episode, event: { type: "screened" }, cause: ruleCause(deps) });
}

/** False where the guard forbids it. */
async function release(deps: Deps, tx: Store, id: string): Promise<boolean> {
  const episode = await tx.episodes.lock(id);
  if (!episode) return false;
  const answer = await askGuard(tx, episode);
  if (!answer.ok) {
    deps.log.info("episode.release_held", { episode: id, reasons: answer.reasons.join(",") });
    return false;
  }
  const event = { type: "auto_released", clearance: answer.clearance } as const;
  await applyEvent(tx, { episode, event, cause: ruleCause(deps) });
  return true;
}

/** Why a person has to look first. Closed codes, shown to the contributor and in the queue. */
async function reviewReasons(
  deps: Deps,
  tx: Store,
  input: {
    episode: Episode;
    repository: EpisodeRecord["rights"]["repository"];
    findings: readonly Finding[];
  },
): Promise<string[]> {
  const { episode, repository, findings } = input;
  // who waited for a person goes on waiting for one: newer rules speak of findings alone
  const reasons = episode.reviewReasons.filter((reason) => reason !== "findings");
  if (findings.length > 0) reasons.push("findings");
  if (episode.sharedToken) reasons.push("shared_token");
  // private, unknown or not stated, and nobody affirmed the right for that project (permanence.md 22); version 1 has no word for it
  if (episode.hashBasis === 2 && !isAffirmed(repository)) reasons.push("private_repository");
  if (episode.hashBasis === 1 && episode.disclosure === "raw") reasons.push("older_client_raw");
  const policy = await policyReason(deps, tx, episode);
  return [...new Set(policy ? [...reasons, policy] : reasons)];
}

async function policyReason(deps: Deps, tx: Store, episode: Episode): Promise<string | null> {
  if (deps.rules.releasePolicy === "review_all") return "policy_review_all";
  if (deps.rules.releasePolicy === "auto") return null;
  if ((await tx.episodes.countReleased(episode.account)) < FIRST_REVIEWED) return "newcomer";
  // the public id is a digest nobody chooses freely, so its last digits sample evenly
  return Number.parseInt(episode.id.slice(-8), 16) % 100 < SAMPLED_PER_CENT ? "sampled" : null;
}
