import { bigint, boolean, check, index, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { ROLES } from "#lib/domain/access/policy.ts";
import { ACTOR_KINDS, EPISODE_STATES, type EpisodeEventType } from "#lib/domain/lifecycle/episode-states.ts";
import { takedownCase } from "./cases.ts";
import { isOneOf, moment } from "./columns.ts";
import { episode } from "./episodes.ts";

const EVENT_TYPES = [
  "screened",
  "invalid",
  "auto_released",
  "claimed",
  "unclaimed",
  "approved",
  "rejected",
  "hidden",
  "unhidden",
  "taken_down",
  "restored",
  "revoked",
  "superseded",
  "finalised",
  "erased",
] as const satisfies EpisodeEventType[];

/** Every change of an episode, for ever: a trigger refuses updates and deletes. Closed codes only. */
export const episodeEvent = pgTable(
  "episode_event",
  {
    seq: bigint("seq", { mode: "number" }).primaryKey().generatedByDefaultAsIdentity(),
    episodeId: text("episode_id")
      .notNull()
      .references(() => episode.id),
    type: text("type", { enum: EVENT_TYPES }).notNull(),
    from: text("from_state", { enum: EPISODE_STATES }).notNull(),
    to: text("to_state", { enum: EPISODE_STATES }).notNull(),
    at: moment("at").notNull(),
    actor: text("actor", { enum: ACTOR_KINDS }).notNull(),
    actorId: text("actor_id"),
    role: text("role", { enum: ROLES }),
    caseId: uuid("case_id").references(() => takedownCase.id),
    reason: text("reason"),
    legal: boolean("legal"),
    claimedBy: text("claimed_by"),
    leaseUntil: moment("lease_until"),
  },
  (t) => [
    index("episode_event_episode").on(t.episodeId, t.seq),
    check("episode_event_type_known", isOneOf(t.type, EVENT_TYPES)),
    check("episode_event_from_known", isOneOf(t.from, EPISODE_STATES)),
    check("episode_event_to_known", isOneOf(t.to, EPISODE_STATES)),
    check("episode_event_actor_known", isOneOf(t.actor, ACTOR_KINDS)),
    check("episode_event_role_known", isOneOf(t.role, ROLES)),
  ],
);
