import type { OperationRepository } from "#lib/ports/operations.ts";
import type { Executor } from "./client.ts";
import { operationRun } from "./schema/instance.ts";

/** The last runs of upkeep over PostgreSQL, one row each. */
export function operationRepository(db: Executor): OperationRepository {
  return {
    async note({ name, at, ok, counts }) {
      const set = { at, ok, counts };
      await db
        .insert(operationRun)
        .values({ name, ...set })
        .onConflictDoUpdate({ target: operationRun.name, set });
    },
    async last() {
      const rows = await db.select().from(operationRun).orderBy(operationRun.name);
      // written by `note` alone, whose type it is
      return rows.map((row) => ({ ...row, counts: row.counts as Record<string, number> }));
    },
  };
}
