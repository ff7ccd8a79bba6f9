import { asc, eq, gt, sql } from "drizzle-orm";
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
        .onConflictDoUpdate({ target: episodeStaging.episodeId, set: { body, sha256 } });
    },
    async get(episodeId) {
      const [row] = await db
        .select({ body: episodeStaging.body, sha256: episodeStaging.sha256 })
        .from(episodeStaging)
        .where(eq(episodeStaging.episodeId, episodeId));
      return row ?? null;
    },
    async drop(episodeId) {
      await db.delete(episodeStaging).where(eq(episodeStaging.episodeId, episodeId));
    },
    async *ids() {
      const read = (after: string, limit: number) =>
        db
          .select({ id: episodeStaging.episodeId })
          .from(episodeStaging)
          .where(gt(episodeStaging.episodeId, after))
          .orderBy(asc(episodeStaging.episodeId))
          .limit(limit);
      for await (const { id } of keysetStream(read, (row) => row.id)) yield id;
    },
    async bytes() {
      const [row] = await db
        .select({ value: sql<string>`coalesce(sum(octet_length(${episodeStaging.body})), 0)` })
        .from(episodeStaging);
      return Number(row?.value ?? 0);
    },
  };
}
