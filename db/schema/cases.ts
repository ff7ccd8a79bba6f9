import { bigint, boolean, check, index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { ROLES } from "#lib/domain/access/policy.ts";
import {
  CASE_CATEGORY_NAMES,
  CASE_EVENTS,
  CASE_OUTCOMES,
  CASE_STATES,
} from "#lib/domain/lifecycle/case-states.ts";
import { ACTOR_KINDS } from "#lib/domain/lifecycle/episode-states.ts";
import { isOneOf, moment } from "./columns.ts";
import { episode } from "./episodes.ts";

/** What was reported about an episode, and how it was decided. */
export const takedownCase = pgTable(
  "takedown_case",
  {
    id: uuid("id").primaryKey(),
    number: text("number").notNull().unique(),
    episodeId: text("episode_id")
      .notNull()
      .references(() => episode.id),
    category: text("category", { enum: CASE_CATEGORY_NAMES }).notNull(),
    band: integer("band").notNull(),
    blocks: boolean("blocks").notNull(),
    state: text("state", { enum: CASE_STATES }).notNull(),
    claimedBy: text("claimed_by"),
    outcome: text("outcome", { enum: CASE_OUTCOMES }),
    reasonCode: text("reason_code"),
    statement: text("statement"),
    openedAt: moment("opened_at").notNull(),
    decidedAt: moment("decided_at"),
  },
  (t) => [
    index("takedown_case_episode").on(t.episodeId, t.category),
    index("takedown_case_queue").on(t.state, t.band, t.openedAt),
    check("takedown_case_category_known", isOneOf(t.category, CASE_CATEGORY_NAMES)),
    check("takedown_case_state_known", isOneOf(t.state, CASE_STATES)),
    check("takedown_case_outcome_known", isOneOf(t.outcome, CASE_OUTCOMES)),
  ],
);

/** The last public case number of each year. */
export const caseNumber = pgTable("case_number", {
  year: integer("year").primaryKey(),
  last: integer("last").notNull(),
});

/** Every step of a case, for ever: a trigger refuses updates and deletes. */
export const caseEvent = pgTable(
  "case_event",
  {
    seq: bigint("seq", { mode: "number" }).primaryKey().generatedByDefaultAsIdentity(),
    caseId: uuid("case_id")
      .notNull()
      .references(() => takedownCase.id),
    event: text("event", { enum: CASE_EVENTS }).notNull(),
    from: text("from_state", { enum: CASE_STATES }).notNull(),
    to: text("to_state", { enum: CASE_STATES }).notNull(),
    actor: text("actor", { enum: ACTOR_KINDS }).notNull(),
    actorId: text("actor_id"),
    role: text("role", { enum: ROLES }),
    at: moment("at").notNull(),
  },
  (t) => [
    index("case_event_case").on(t.caseId, t.seq),
    check("case_event_event_known", isOneOf(t.event, CASE_EVENTS)),
    check("case_event_from_known", isOneOf(t.from, CASE_STATES)),
    check("case_event_to_known", isOneOf(t.to, CASE_STATES)),
    check("case_event_actor_known", isOneOf(t.actor, ACTOR_KINDS)),
    check("case_event_role_known", isOneOf(t.role, ROLES)),
  ],
);

/** What a reporter wrote: private to staff. Found by the SHA-256 of the receipt. */
export const caseReport = pgTable(
  "case_report",
  {
    receiptHash: text("receipt_hash").primaryKey(),
    caseId: uuid("case_id")
      .notNull()
      .references(() => takedownCase.id),
    step: integer("step"),
    message: text("message").notNull(),
    contact: text("contact"),
    at: moment("at").notNull(),
  },
  (t) => [index("case_report_case").on(t.caseId, t.at)],
);
