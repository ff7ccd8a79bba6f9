import type { Action, Actor, Role } from "#lib/domain/access/policy.ts";
import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { EpisodeEvent } from "#lib/domain/lifecycle/episode-states.ts";
import type { PermanenceFact } from "#lib/domain/permanence/entries.ts";
import { reasonOf, type ReasonKind } from "#lib/domain/registry.ts";
import { verify } from "#lib/domain/sanitize/verify.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Episode } from "#lib/ports/episodes.ts";
import type { Store } from "#lib/ports/store.ts";
import { actorName, authorise } from "./authorise.ts";
import { readRecord } from "./episode-body.ts";
import { applyEvent, causeOf, isEnded } from "./episode-events.ts";
import { demandClearance } from "./instance-rules.ts";
import { namesIn, remember, rememberLifted } from "./remember.ts";

const LEASE_MINUTES = 15;
const DECIDING_ROLES: readonly Role[] = ["moderator", "lead", "admin"];

type Decision = {
  action: Action;
  name: string;
  /** The event, made under lock: guards are asked about the row as it is now. */
  event: (tx: Store, episode: Episode) => Promise<EpisodeEvent> | EpisodeEvent;
  /** What the never-forget log has to keep of a measure, before it is in force. */
  fact?: (episode: Episode) => PermanenceFact;
  /** What it has to keep of a measure that ended, once it has. */
  lifted?: PermanenceFact;
};

/** One decision of staff: authorised, not about one's own upload, under lock, with event, never-forget entry and audit row. */
async function decide(
  deps: Deps,
  actor: Actor,
  input: { episodeId: string; caseId?: string | undefined; decision: Decision },
): Promise<Episode> {
  const { decision } = input;
  authorise(actor, decision.action);
  const decided = await deps.store.transaction(async (tx) => {
    const episode = await tx.episodes.lock(input.episodeId);
    if (!episode) throw new AppError("not_found");
    await refuseOwnUpload(tx, actor, episode);
    const event = await decision.event(tx, episode);
    const cause = causeOf(deps, actor, "staff", input.caseId ?? null);
    const after = await applyEvent(tx, { episode, event, cause });
    if (decision.fact) await remember(deps, tx, [decision.fact(episode)]);
    await tx.audit.append({
      at: cause.at,
      actor: actorName(actor),
      action: decision.name,
      subject: episode.id,
    });
    return after;
  });
  if (decision.lifted) {
    const isPublic = async (tx: Store) =>
      (await tx.episodes.lock(decided.id))?.lifecycle.state === "published";
    await rememberLifted(deps, decision.lifted, isPublic);
  }
  return decided;
}

/** Takes a quarantined episode into review for 15 minutes. */
export async function claimEpisode(deps: Deps, actor: Actor, input: { episodeId: string }): Promise<Episode> {
  const leaseUntil = new Date(deps.clock.now().getTime() + LEASE_MINUTES * 60_000);
  return decide(deps, actor, {
    episodeId: input.episodeId,
    decision: {
      action: "episode.claim",
      name: "episode.claim",
      event: () => ({ type: "claimed", by: actorName(actor), leaseUntil }),
    },
  });
}

/** Gives a claimed episode back to the queue. */
export async function unclaimEpisode(
  deps: Deps,
  actor: Actor,
  input: { episodeId: string },
): Promise<Episode> {
  return decide(deps, actor, {
    episodeId: input.episodeId,
    decision: { action: "episode.claim", name: "episode.unclaim", event: () => ({ type: "unclaimed" }) },
  });
}

/**
 * Publishes a reviewed episode. Open findings forbid it, unless the moderator says of this record that each of them is a
 * false alarm; that is an audit row of its own.
 */
export async function approveEpisode(
  deps: Deps,
  actor: Actor,
  input: { episodeId: string; dismissFindings?: boolean | undefined },
): Promise<Episode> {
  authorise(actor, "episode.decide");
  const dismissal = await dismissalOf(deps, actor, input);
  return decide(deps, actor, {
    episodeId: input.episodeId,
    decision: {
      action: "episode.decide",
      name: "episode.approve",
      event: async (tx, episode) => {
        refuseUnlessClaimed(actor, episode);
        return { type: "approved", clearance: await demandClearance(tx, await dismissal(tx, episode)) };
      },
    },
  });
}

/** What a decision does about open findings: nothing, or what the moderator says of them under lock. */
async function dismissalOf(
  deps: Deps,
  actor: Actor,
  input: { episodeId: string; dismissFindings?: boolean | undefined },
): Promise<(tx: Store, episode: Episode) => Promise<Episode>> {
  if (input.dismissFindings !== true) return async (_tx, episode) => episode;
  await refuseDefinite(deps, input.episodeId);
  return (tx, episode) => dismissFindings(deps, tx, { actor, episode });
}

/** A definite finding can be redacted, never waved through (permanence.md 21). */
async function refuseDefinite(deps: Deps, episodeId: string): Promise<void> {
  const episode = await deps.store.episodes.byId(episodeId);
  if (!episode || isEnded(episode)) return;
  const findings = verify((await readRecord(deps, episode)) as JsonValue);
  if (!findings.some((finding) => finding.class === "definite")) return;
  throw new AppError("not_publishable", {
    detail:
      "The record holds what is certainly a secret or personal data. It can't be published; its contributor can redact it.",
  });
}

/** Refuses a reviewed episode with a closed reason; its slot stays refused. */
export async function rejectEpisode(
  deps: Deps,
  actor: Actor,
  input: { episodeId: string; reason: string },
): Promise<Episode> {
  const reason = knownReason("reject", input.reason);
  return decide(deps, actor, {
    episodeId: input.episodeId,
    decision: {
      action: "episode.decide",
      name: "episode.reject",
      event: (_tx, episode) => {
        refuseUnlessClaimed(actor, episode);
        return { type: "rejected", reason };
      },
    },
  });
}

/** Takes an episode out of sight while something is checked. Reversible, and effective at commit. */
export async function hideEpisode(
  deps: Deps,
  actor: Actor,
  input: { episodeId: string; reason: string; caseId?: string | undefined },
): Promise<Episode> {
  const reason = knownReason("hide", input.reason);
  return decide(deps, actor, {
    ...input,
    decision: {
      action: "episode.hide",
      name: "episode.hide",
      event: () => ({ type: "hidden", reason }),
      fact: (episode) => ({ type: "episode.hidden", ...namesIn(episode), reason }),
    },
  });
}

/** Shows a hidden episode again, if the guard agrees. Open findings are dismissed as `approveEpisode` does it. */
export async function unhideEpisode(
  deps: Deps,
  actor: Actor,
  input: { episodeId: string; dismissFindings?: boolean | undefined },
): Promise<Episode> {
  authorise(actor, "episode.decide");
  const dismissal = await dismissalOf(deps, actor, input);
  return decide(deps, actor, {
    episodeId: input.episodeId,
    decision: {
      action: "episode.decide",
      name: "episode.unhide",
      event: async (tx, episode) => ({
        type: "unhidden",
        clearance: await demandClearance(tx, await dismissal(tx, episode), { lifting: true }),
      }),
      lifted: { type: "episode.unhidden", publicId: input.episodeId },
    },
  });
}

/** Takes an episode down by policy or under a legal order, with a closed reason. Reversible by `restoreEpisode`. */
export async function takeDownEpisode(
  deps: Deps,
  actor: Actor,
  input: { episodeId: string; reason: string; caseId?: string | undefined },
): Promise<Episode> {
  const reason = knownReason("take_down", input.reason);
  const legal = reasonOf("take_down", reason)?.legal === true;
  return decide(deps, actor, {
    ...input,
    decision: {
      action: "episode.take_down",
      name: "episode.take_down",
      event: () => ({ type: "taken_down", reason, legal }),
      fact: (episode) => ({ type: "episode.taken_down", ...namesIn(episode), reason, legal }),
    },
  });
}

/** Puts a taken-down episode back, if the guard agrees. Open findings are dismissed as `approveEpisode` does it. */
export async function restoreEpisode(
  deps: Deps,
  actor: Actor,
  input: { episodeId: string; dismissFindings?: boolean | undefined },
): Promise<Episode> {
  authorise(actor, "episode.take_down");
  const dismissal = await dismissalOf(deps, actor, input);
  return decide(deps, actor, {
    episodeId: input.episodeId,
    decision: {
      action: "episode.take_down",
      name: "episode.restore",
      event: async (tx, episode) => ({
        type: "restored",
        clearance: await demandClearance(tx, await dismissal(tx, episode)),
      }),
      lifted: { type: "episode.restored", publicId: input.episodeId },
    },
  });
}

async function dismissFindings(
  deps: Deps,
  tx: Store,
  input: { actor: Actor; episode: Episode },
): Promise<Episode> {
  const { actor, episode } = input;
  if (!episode.scan || episode.scan.openFindings === 0) return episode;
  await tx.episodes.resolveFindings(episode.id);
  await tx.audit.append({
    at: deps.clock.now(),
    actor: actorName(actor),
    action: "findings.dismiss",
    subject: episode.id,
  });
  return { ...episode, scan: { ...episode.scan, openFindings: 0 } };
}

/** People don't decide on their own uploads, as soon as there is somebody else who can. */
export async function refuseOwnUpload(tx: Store, actor: Actor, episode: Episode): Promise<void> {
  if (actor.kind !== "user" || actor.userId !== episode.account) return;
  if ((await tx.accounts.countWithAnyRole(DECIDING_ROLES)) > 1)
    throw new AppError("forbidden", { detail: "Somebody else has to decide on your own upload." });
}

function refuseUnlessClaimed(actor: Actor, episode: Episode): void {
  if (episode.lifecycle.state !== "in_review" || episode.lifecycle.claimedBy === actorName(actor)) return;
  throw new AppError("forbidden", { detail: "Another person has claimed this episode." });
}

function knownReason(kind: ReasonKind, code: string): string {
  if (!reasonOf(kind, code)) {
    throw new AppError("input_invalid", { faults: [{ code: "unknown_reason", path: "$.reason" }] });
  }
  return code;
}
