import { and, asc, eq, inArray, or, sql } from "drizzle-orm";
import type { TombstoneKind } from "#lib/domain/lifecycle/publishable.ts";
import type { TombstoneRepository } from "#lib/ports/episodes.ts";
import type { Executor } from "./client.ts";
import { tombstone } from "./schema/episodes.ts";
import { isUuid } from "./uuid.ts";

/** A superseded window is no withdrawal: its slot goes on with the newer upload. */
const COVERING: TombstoneKind[] = ["withdrawn", "taken_down"];

/**
 * A second tombstone of one declared id never weakens the first: a withdrawal outranks a take-down, which outranks a
 * supersession, and a slot once known stays known.
 */
const STRONGER = {
  kind: sql`case
    when 'withdrawn' in (${tombstone.kind}, excluded.kind) then 'withdrawn'
    when 'taken_down' in (${tombstone.kind}, excluded.kind) then 'taken_down'
    else ${tombstone.kind} end`,
  slot: sql`coalesce(${tombstone.slot}, excluded.slot)`,
  publicId: sql`coalesce(${tombstone.publicId}, excluded.public_id)`,
};

/** Tombstones over PostgreSQL. */
export function tombstoneRepository(db: Executor): TombstoneRepository {
  return {
    async insert(entry) {
      await db
        .insert(tombstone)
        .values(entry)
        .onConflictDoUpdate({ target: [tombstone.account, tombstone.declaredId], set: STRONGER });
    },
    async holdsPublicId(publicId) {
      const [row] = await db
        .select({ kind: tombstone.kind })
        .from(tombstone)
        .where(and(eq(tombstone.publicId, publicId), inArray(tombstone.kind, COVERING)))
        .limit(1);
      return row !== undefined;
    },
    async find(account, { declaredId, slot }) {
      if (!isUuid(account)) return null;
      const named = eq(tombstone.declaredId, declaredId);
      const [row] = await db
        .select()
        .from(tombstone)
        .where(
          and(
            eq(tombstone.account, account),
            inArray(tombstone.kind, COVERING),
            slot === null ? named : or(named, eq(tombstone.slot, slot)),
          ),
        )
        .orderBy(asc(tombstone.at))
        .limit(1);
      return row ?? null;
    },
  };
}
