import { DrizzleQueryError, sql } from "drizzle-orm";
import type { Executor } from "#db/client.ts";

/** How long one statement of a search may take. Nobody waits longer for a page, and no search may hold up the others. */
const STATEMENT_TIMEOUT_MS = 1000;

const SETTINGS = {
  statement_timeout: String(STATEMENT_TIMEOUT_MS),
  // how rare a word is decides the way to go
  plan_cache_mode: "force_custom_plan",
  // the planner takes reading every row for cheap and does not know that each match test unpacks a long vector
  enable_seqscan: "off",
  // compiling such short statements costs more than it gains
  jit: "off",
};

/** Runs a search's statement under its time limit, planned for its own values. */
export async function withinLimit<Result>(
  db: Executor,
  work: (tx: Executor) => Promise<Result>,
): Promise<Result> {
  return db.transaction(async (tx) => {
    const changes = Object.entries(SETTINGS).map(([name, value]) => sql`set_config(${name}, ${value}, true)`);
    await tx.execute(sql`select ${sql.join(changes, sql`, `)}`);
    return work(tx);
  });
}

/** True if the database ended a statement because its time was up. */
export function isTimeout(error: unknown): boolean {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  return cause instanceof Error && "code" in cause && cause.code === "57014";
}
