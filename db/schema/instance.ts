import { sql } from "drizzle-orm";
import { bigint, boolean, check, integer, pgTable, text } from "drizzle-orm/pg-core";
import { moment } from "./columns.ts";

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
