import type { Actor, Role } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import { type ActorKind, type EpisodeEvent, transition } from "#lib/domain/lifecycle/episode-states.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Episode, EventCause } from "#lib/ports/episodes.ts";
import type { Store } from "#lib/ports/store.ts";
import { recordPublicChange } from "./deny-list.ts";

/** Who caused an event, as the log keeps it. */
export function causeOf(deps: Deps, actor: Actor, as: ActorKind, caseId: string | null = null): EventCause {
  return {
    actor: as,
    actorId: actor.kind === "user" ? actor.userId : null,
    role: actor.kind === "user" ? leadingRole(actor.roles, as) : null,
    caseId,
    at: deps.clock.now(),
  };
}

/** A rule of the platform, or its clock, as the cause. */
export function ruleCause(deps: Deps, as: "rule" | "clock" = "rule"): EventCause {
  return { actor: as, actorId: null, role: null, caseId: null, at: deps.clock.now() };
}

/**
 * The one way a state changes: asks the pure table, appends the event and writes the row in the caller's transaction, and
 * enqueues what has to follow in the same commit.
 */
export async function applyEvent(
  tx: Store,
  change: { episode: Episode; event: EpisodeEvent; cause: EventCause },
): Promise<Episode> {
  const { episode, event, cause } = change;
  const answer = transition(episode.lifecycle, event, { actor: cause.actor, at: cause.at });
  if (!answer.ok) {
    throw new AppError("illegal_transition", {
      detail: `An episode that is ${answer.from} can't be ${answer.event}.`,
    });
  }
  const after = await tx.episodes.apply(episode, event, answer.next, cause);
  const wasPublic = episode.lifecycle.state === "published";
  const isPublic = after.lifecycle.state === "published";
  if (wasPublic !== isPublic) {
    await recordPublicChange(tx, { episodeId: episode.id, isPublic, at: cause.at });
    await tx.jobs.enqueue({ name: "project", episodeId: episode.id });
  }
  if (isEnded(after) && !isEnded(episode)) await tx.jobs.enqueue({ name: "purge", episodeId: episode.id });
  return after;
}

/** True if nothing but erasure can follow. */
export function isEnded(episode: Episode): boolean {
  return episode.lifecycle.state === "tombstoned" || episode.lifecycle.state === "erased";
}

const STAFF_ROLES: readonly Role[] = ["admin", "lead", "moderator", "triage", "release_manager"];

function leadingRole(roles: readonly Role[], as: ActorKind): Role | null {
  if (as === "contributor") return "contributor";
  return STAFF_ROLES.find((role) => roles.includes(role)) ?? null;
}
