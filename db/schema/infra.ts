import { index, integer, pgTable, text } from "drizzle-orm/pg-core";
import { moment } from "./columns.ts";

/** Short-lived counters and marks (lib/adapters/key-value-postgres.ts). */
export const keyValue = pgTable(
  "key_value",
  {
    key: text("key").primaryKey(),
    count: integer("count").notNull(),
    expiresAt: moment("expires_at").notNull(),
  },
  (t) => [index("key_value_expires").on(t.expiresAt)],
);
