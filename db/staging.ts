import { and, asc, eq, gt, isNotNull, isNull, lte, or, type SQL, sql } from "drizzle-orm";
import type { StagingRepository } from "#lib/ports/episodes.ts";
import { keysetStream } from "./batches.ts";
import type { Executor } from "./client.ts";
import { episodeStaging } from "./schema/episodes.ts";

/** Staged bodies over PostgreSQL. */
export function stagingRepository(db: Executor): StagingRepository {
  return {
    async put(episodeId, body, sha256) {
      await db
        .insert(episodeStaging)
        .values({ episodeId, body, sha256 })
        .onConflictDoUpdate({ target: episodeStaging.episodeId, set: { body, sha256, storedAt: null } });
    },
    async get(episodeId) {
      const [row] = await db
        .select({
          body: episodeStaging.body,
          sha256: episodeStaging.sha256,
          storedAt: episodeStaging.storedAt,
        })
        .from(episodeStaging)
        .where(eq(episodeStaging.episodeId, episodeId));
      return row ?? null;
    },
    async setStored(episodeId, storedAt) {
      await db.update(episodeStaging).set({ storedAt }).where(eq(episodeStaging.episodeId, episodeId));
    },
    async forgetStored() {
      const rows = await db
        .update(episodeStaging)
        .set({ storedAt: null })
        .where(isNotNull(episodeStaging.storedAt))
        .returning({ id: episodeStaging.episodeId });
      return rows.length;
    },
    async drop(episodeId) {
      await db.delete(episodeStaging).where(eq(episodeStaging.episodeId, episodeId));
    },
    ids: () => idsWhere(db),
    due: (writtenBefore) =>
      idsWhere(db, or(isNull(episodeStaging.storedAt), lte(episodeStaging.storedAt, writtenBefore))),
    async bytes() {
      const [row] = await db
        .select({ value: sql<string>`coalesce(sum(octet_length(${episodeStaging.body})), 0)` })
        .from(episodeStaging);
      return Number(row?.value ?? 0);
    },
  };
}

async function* idsWhere(db: Executor, condition?: SQL): AsyncGenerator<string> {
  const read = (after: string, limit: number) =>
    db
      .select({ id: episodeStaging.episodeId })
      .from(episodeStaging)
      .where(and(gt(episodeStaging.episodeId, after), condition))
      .orderBy(asc(episodeStaging.episodeId))
      .limit(limit);
  for await (const { id } of keysetStream(read, (row) => row.id)) yield id;
}
