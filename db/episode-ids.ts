import { and, asc, gt, type SQL } from "drizzle-orm";
import { keysetStream } from "./batches.ts";
import type { Executor } from "./client.ts";
import { episode } from "./schema/episodes.ts";

/** The ids of the episodes of a condition, in ascending order. */
export async function* episodeIds(db: Executor, where: SQL | undefined): AsyncGenerator<string> {
  const read = (after: string, limit: number) =>
    db
      .select({ id: episode.id })
      .from(episode)
      .where(and(where, gt(episode.id, after)))
      .orderBy(asc(episode.id))
      .limit(limit);
  for await (const { id } of keysetStream(read, (row) => row.id)) yield id;
}
