import type { Clearance, TombstoneKind } from "./publishable.ts";

/** The states of an episode (docs/GOVERNANCE.md). Only `published` is public. */
export const EPISODE_STATES = [
  "received",
  "quarantined",
  "in_review",
  "rejected",
  "published",
  "hidden",
  "taken_down",
  "tombstoned",
  "erased",
] as const;
export type EpisodeState = (typeof EPISODE_STATES)[number];

/** Who may cause a change: a person, a rule that looked at the record, or a clock. A clock never publishes. */
export const ACTOR_KINDS = ["contributor", "staff", "rule", "clock"] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

/** A change asked of an episode. The four that lead to `published` carry the guard's clearance. */
export type EpisodeEvent =
  | { type: "screened" }
  | { type: "invalid"; reason: string }
  | { type: "auto_released"; clearance: Clearance }
  | { type: "claimed"; by: string; leaseUntil: Date }
  | { type: "unclaimed" }
  | { type: "approved"; clearance: Clearance }
  | { type: "rejected"; reason: string }
  | { type: "hidden"; reason: string }
  | { type: "unhidden"; clearance: Clearance }
  | { type: "taken_down"; reason: string; legal: boolean }
  | { type: "restored"; clearance: Clearance }
  | { type: "revoked" }
  | { type: "superseded" }
  | { type: "finalised" }
  | { type: "erased" };
export type EpisodeEventType = EpisodeEvent["type"];

/** The part of an episode's row that only events write. Replaying a row's events from `RECEIVED` rebuilds it. */
export type Lifecycle = {
  state: EpisodeState;
  tombstone: TombstoneKind | null;
  /** Set by a take-down under a legal order: such an episode answers 451 instead of 410. */
  legal: boolean;
  /** The closed reason code of the last rejection, hide or take-down. */
  reason: string | null;
  claimedBy: string | null;
  leaseUntil: Date | null;
  /** Set at the first publication, never cleared: what was never public is 404 for ever (permanence.md 8). */
  firstPublishedAt: Date | null;
  publishedAt: Date | null;
  endedAt: Date | null;
};

/** The lifecycle of an upload that has just been accepted. */
export const RECEIVED: Lifecycle = {
  state: "received",
  tombstone: null,
  legal: false,
  reason: null,
  claimedBy: null,
  leaseUntil: null,
  firstPublishedAt: null,
  publishedAt: null,
  endedAt: null,
};

type Edge = { to: EpisodeState; by: readonly ActorKind[] };

const PERSON_OR_RULE = ["staff", "rule"] as const;

/** The policy as a table: from state, by event, to state, and who may cause it. What stands in no row is illegal. */
export const EPISODE_EDGES: Record<EpisodeState, Partial<Record<EpisodeEventType, Edge>>> = {
  received: {
    screened: { to: "quarantined", by: ["rule"] },
    invalid: { to: "rejected", by: ["rule"] },
    revoked: { to: "tombstoned", by: ["contributor"] },
    superseded: { to: "tombstoned", by: ["contributor"] },
  },
  quarantined: {
    auto_released: { to: "published", by: ["rule"] },
    claimed: { to: "in_review", by: ["staff"] },
    revoked: { to: "tombstoned", by: ["contributor"] },
    superseded: { to: "tombstoned", by: ["contributor"] },
  },
  in_review: {
    unclaimed: { to: "quarantined", by: ["staff", "clock"] },
    approved: { to: "published", by: ["staff"] },
    rejected: { to: "rejected", by: ["staff"] },
    revoked: { to: "tombstoned", by: ["contributor"] },
    superseded: { to: "tombstoned", by: ["contributor"] },
  },
  published: {
    hidden: { to: "hidden", by: PERSON_OR_RULE },
    taken_down: { to: "taken_down", by: ["staff"] },
    revoked: { to: "tombstoned", by: ["contributor"] },
    superseded: { to: "tombstoned", by: ["contributor", "staff"] },
  },
  hidden: {
    unhidden: { to: "published", by: ["staff"] },
    taken_down: { to: "taken_down", by: ["staff"] },
    revoked: { to: "tombstoned", by: ["contributor"] },
  },
  taken_down: {
    restored: { to: "published", by: ["staff"] },
    finalised: { to: "tombstoned", by: ["clock", "staff"] },
    revoked: { to: "tombstoned", by: ["contributor"] },
  },
  rejected: {
    revoked: { to: "erased", by: ["contributor"] },
    erased: { to: "erased", by: ["rule", "clock"] },
  },
  tombstoned: {
    erased: { to: "erased", by: ["rule", "clock"] },
  },
  erased: {},
};

export type Transition =
  | { ok: true; next: Lifecycle }
  | { ok: false; from: EpisodeState; event: EpisodeEventType };

/**
 * The lifecycle after an event, or the refusal that names the current state. Pure; the caller stores event and row in one
 * transaction.
 */
export function transition(
  current: Lifecycle,
  event: EpisodeEvent,
  cause: { actor: ActorKind; at: Date },
): Transition {
  const edge = EPISODE_EDGES[current.state][event.type];
  const refused = { ok: false, from: current.state, event: event.type } as const;
  if (!edge?.by.includes(cause.actor)) return refused;
  // a caller that forged its event past the compiler still has to show the guard's clearance
  if (edge.to === "published" && !("clearance" in event && event.clearance.rulesVersion)) return refused;
  return { ok: true, next: applyEffects(current, event, { to: edge.to, at: cause.at }) };
}

/** The columns that one legal event sets. Shared by `transition` and `replay`. */
export function applyEffects(
  current: Lifecycle,
  event: EffectEvent,
  { to, at }: { to: EpisodeState; at: Date },
): Lifecycle {
  const published = to === "published";
  const ended = to === "tombstoned" || to === "erased";
  return {
    state: to,
    tombstone: tombstoneAfter(current, event.type, to),
    legal: event.type === "taken_down" ? event.legal === true : published ? false : current.legal,
    reason: published ? null : (event.reason ?? current.reason),
    claimedBy: to === "in_review" ? (event.by ?? null) : null,
    leaseUntil: to === "in_review" ? (event.leaseUntil ?? null) : null,
    firstPublishedAt: current.firstPublishedAt ?? (published ? at : null),
    publishedAt: published ? at : current.publishedAt,
    endedAt: current.endedAt ?? (ended ? at : null),
  };
}

/** The stored part of an event that effects read; a clearance is proof at the time and is not stored. */
export type EffectEvent = {
  type: EpisodeEventType;
  reason?: string | undefined;
  legal?: boolean | undefined;
  by?: string | undefined;
  leaseUntil?: Date | undefined;
};

function tombstoneAfter(current: Lifecycle, type: EpisodeEventType, to: EpisodeState): TombstoneKind | null {
  if (type === "revoked") return "withdrawn";
  if (type === "superseded") return "superseded";
  if (type === "finalised") return "taken_down";
  return to === "erased" ? current.tombstone : null;
}
