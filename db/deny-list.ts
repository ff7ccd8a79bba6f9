import { and, asc, countDistinct, desc, eq, gt, lte, max, or } from "drizzle-orm";
import type { DenyListRepository, DenyListRow, DenyListWindow } from "#lib/ports/snapshots.ts";
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
    page: (window, limit) => page(db, window, limit),
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

async function page(
  db: Executor,
  { since, over, covered }: DenyListWindow,
  limit: number,
): Promise<{ rows: DenyListRow[]; more: boolean }> {
  const { seq, day, episodeId, listed } = denyList;
  const shown = and(gt(day, since), or(lte(day, over), lte(seq, covered)));
  const days = await db
    .select({ day, ids: countDistinct(episodeId) })
    .from(denyList)
    .where(shown)
    .groupBy(day)
    .orderBy(asc(day));
  let last = "";
  let ids = 0;
  for (const entry of days) {
    // days that are not over come all together: they are asked for again anyway
    if (ids >= limit && entry.day <= over) break;
    last = entry.day;
    ids += entry.ids;
  }
  const rows = await db
    .selectDistinctOn([day, episodeId], { episodeId, listed, day })
    .from(denyList)
    .where(and(shown, lte(day, last)))
    .orderBy(asc(day), asc(episodeId), desc(seq));
  return { rows, more: days.some((entry) => entry.day > last) };
}
