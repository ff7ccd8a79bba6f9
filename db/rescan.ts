import { and, asc, countDistinct, desc, eq, gt, inArray, type SQL, sql } from "drizzle-orm";
import { RESCANNED_STATES } from "#lib/domain/lifecycle/rescan.ts";
import type { RescanRepository } from "#lib/ports/rescan.ts";
import type { Executor } from "./client.ts";
import { episodeIds } from "./episode-ids.ts";
import { episode, finding } from "./schema/episodes.ts";

const isRescanned = inArray(episode.state, [...RESCANNED_STATES]);
const isHit = (rulesVersion: string) =>
  and(
    eq(episode.state, "published"),
    eq(episode.scanRulesVersion, rulesVersion),
    gt(episode.scanOpenFindings, 0),
  );

/** What a rescan asks, over PostgreSQL. */
export function rescanRepository(db: Executor): RescanRepository {
  return {
    async counts(rulesVersion) {
      const number = (where: SQL | undefined) => sql`(count(*) filter (where ${where}))`.mapWith(Number);
      const [row] = await db
        .select({
          total: sql`count(*)`.mapWith(Number),
          scanned: number(eq(episode.scanRulesVersion, rulesVersion)),
          published: number(eq(episode.state, "published")),
          hits: number(isHit(rulesVersion)),
          hidden: number(and(eq(episode.state, "hidden"), eq(episode.reason, "rescan_hit"))),
        })
        .from(episode)
        .where(isRescanned);
      return row ?? { total: 0, scanned: 0, published: 0, hits: 0, hidden: 0 };
    },
    outdated: (rulesVersion) =>
      episodeIds(db, and(isRescanned, sql`${episode.scanRulesVersion} is distinct from ${rulesVersion}`)),
    hits: (rulesVersion) => episodeIds(db, isHit(rulesVersion)),
    async hitsByRule(rulesVersion) {
      const episodes = countDistinct(finding.episodeId);
      return db
        .select({ rule: finding.rule, episodes })
        .from(finding)
        .innerJoin(episode, eq(episode.id, finding.episodeId))
        .where(and(isHit(rulesVersion), eq(finding.resolved, false)))
        .groupBy(finding.rule)
        .orderBy(desc(episodes), asc(finding.rule));
    },
    async dismissed(episodeId) {
      const { rule, kind, path, start, end } = finding;
      return db
        .select({ rule, kind, path, start, end })
        .from(finding)
        .where(and(eq(finding.episodeId, episodeId), eq(finding.resolved, true)))
        .orderBy(asc(finding.ordinal));
    },
  };
}
