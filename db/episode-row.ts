import { type EpisodeSummary, listedFacts } from "#lib/domain/episode/summary.ts";
import type { Lifecycle } from "#lib/domain/lifecycle/episode-states.ts";
import type { Episode } from "#lib/ports/episodes.ts";
import type { episode } from "./schema/episodes.ts";

export type EpisodeRow = typeof episode.$inferSelect;

const LIFECYCLE = [
  "state",
  "tombstone",
  "legal",
  "reason",
  "claimedBy",
  "leaseUntil",
  "firstPublishedAt",
  "publishedAt",
  "endedAt",
] as const satisfies (keyof Lifecycle)[];
const FLATTENED = [
  "scanRulesVersion",
  "scanOpenFindings",
  "objectKey",
  "objectSha256",
  "objectBytes",
] as const;
type Nested = (typeof LIFECYCLE)[number] | (typeof FLATTENED)[number];

/** An episode as its row tells it: flat columns become the lifecycle, the scan and the object. */
export function toEpisode(row: EpisodeRow): Episode {
  const { state, tombstone, legal, reason, claimedBy, leaseUntil, firstPublishedAt, publishedAt, endedAt } =
    row;
  const lifecycle = {
    state,
    tombstone,
    legal,
    reason,
    claimedBy,
    leaseUntil,
    firstPublishedAt,
    publishedAt,
    endedAt,
  };
  return { ...withoutNested(row), lifecycle, scan: scanOf(row), object: objectOf(row) };
}

function withoutNested(row: EpisodeRow): Omit<EpisodeRow, Nested> {
  const rest: Partial<EpisodeRow> = { ...row };
  for (const key of [...LIFECYCLE, ...FLATTENED]) delete rest[key];
  // exactly the nested columns have just been taken out
  return rest as Omit<EpisodeRow, Nested>;
}

function scanOf({ scanRulesVersion, scanOpenFindings }: EpisodeRow): Episode["scan"] {
  if (scanRulesVersion === null || scanOpenFindings === null) return null;
  return { rulesVersion: scanRulesVersion, openFindings: scanOpenFindings };
}

function objectOf({ objectKey, objectSha256, objectBytes }: EpisodeRow): Episode["object"] {
  if (objectKey === null || objectSha256 === null || objectBytes === null) return null;
  return { key: objectKey, sha256: objectSha256, bytes: objectBytes };
}

/** What lists may show of a public row. */
export function toSummary(row: EpisodeRow): EpisodeSummary {
  return { ...listedFacts(row), publishedAt: row.publishedAt };
}
