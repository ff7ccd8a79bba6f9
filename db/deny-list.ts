import { asc, desc, eq, gt, max } from "drizzle-orm";
import type { DenyListRepository } from "#lib/ports/store.ts";
import { advisoryLock } from "./advisory-lock.ts";
import type { Executor } from "./client.ts";
import { denyList } from "./schema/episodes.ts";

/** The public deny-list over PostgreSQL. */
export function denyListRepository(db: Executor): DenyListRepository {
  const head = async () => {
    const [row] = await db.select({ value: max(denyList.seq) }).from(denyList);
    return row?.value ?? 0;
  };
  return {
    async append(episodeId, listed, day) {
      // Readers page by `seq`: numbers have to become visible in their order, which a sequence does not promise.
      await db.transaction(async (tx) => {
        await advisoryLock(tx, "deny_list");
        const [row] = await tx.select({ value: max(denyList.seq) }).from(denyList);
        await tx.insert(denyList).values({ seq: (row?.value ?? 0) + 1, episodeId, listed, day });
      });
    },
    head,
    since: (seq, limit) =>
      db.select().from(denyList).where(gt(denyList.seq, seq)).orderBy(asc(denyList.seq)).limit(limit),
    async isListed(episodeId) {
      const [row] = await db
        .select({ listed: denyList.listed })
        .from(denyList)
        .where(eq(denyList.episodeId, episodeId))
        .orderBy(desc(denyList.seq))
        .limit(1);
      return row?.listed ?? false;
    },
  };
}
