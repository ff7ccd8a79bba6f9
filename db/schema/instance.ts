import { sql } from "drizzle-orm";
import { bigint, boolean, check, integer, json, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { OPERATIONS } from "#lib/ports/operations.ts";
import { isOneOf, moment } from "./columns.ts";

/** State of the whole instance: one row, made by the first write. */
export const instance = pgTable(
  "instance",
  {
    id: integer("id").primaryKey().default(1),
    paused: boolean("paused").notNull().default(false),
    permanenceSeq: bigint("permanence_seq", { mode: "number" }).notNull().default(0),
    permanenceHash: text("permanence_hash").notNull().default("genesis"),
    permanenceGap: boolean("permanence_gap").notNull().default(false),
    rulesVersion: text("rules_version"),
    rescanApproved: text("rescan_approved"),
    // who this instance is towards the object store that it owns
    instanceId: uuid("instance_id"),
  },
  (t) => [check("instance_single", sql`${t.id} = 1`)],
);

/** Who did what, for ever: a trigger refuses updates and deletes. Ids and closed codes only. */
export const audit = pgTable("audit", {
  seq: bigint("seq", { mode: "number" }).primaryKey().generatedByDefaultAsIdentity(),
  at: moment("at").notNull(),
  actor: text("actor").notNull(),
  action: text("action").notNull(),
  subject: text("subject"),
});

/** The last run of each kind of upkeep, with its numbers. Of this database and its stores alone, so in no backup. */
export const operationRun = pgTable(
  "operation_run",
  {
    name: text("name", { enum: OPERATIONS }).primaryKey(),
    at: moment("at").notNull(),
    ok: boolean("ok").notNull(),
    counts: json("counts").notNull(),
  },
  (t) => [check("operation_run_name_known", isOneOf(t.name, OPERATIONS))],
);
