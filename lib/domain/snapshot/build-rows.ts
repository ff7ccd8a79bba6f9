import type { EpisodeRecord } from "#lib/domain/episode/schema.ts";
import { type Labels, rowsOf } from "./rows.ts";
import { membersDigest, runningDigest } from "./digests.ts";
import { countExclusions, type Exclusion } from "./exclusions.ts";
import { DATA_FILES, type DataFileName } from "./files.ts";
import { planMembers, type PlannedMember } from "./plan.ts";
import { recordDigest } from "./record-digest.ts";
import { groupName, type SplitRule } from "./split.ts";
import { type KnownValues, openTally, type SnapshotCounts } from "./tally.ts";

/** A record with what a store knows of it. Without a store, `account` and `attributed` are the same for all. */
export type SnapshotRecord = {
  record: EpisodeRecord;
  account: string;
  /** Root of the session's parent chain. */
  groupRoot: string;
  verified: boolean;
  attributed: boolean;
  order: number;
};

export type BuildSettings = {
  split: { rule: SplitRule; seed: string };
  known: KnownValues;
  /** Labels that group sessions and contributors inside this release; absent where there is one contributor. */
  labelsOf?: (record: SnapshotRecord) => Labels;
};

export type BuiltRows = {
  lines: Record<DataFileName, string[]>;
  contentSha256: Record<DataFileName, string>;
  members: PlannedMember[];
  membersDigest: string;
  excluded: Partial<Record<Exclusion, number>>;
  counts: SnapshotCounts;
};

/**
 * A whole snapshot of records in memory: what the command line builds from a file of records. The service streams the same
 * functions over the store. The order of the records does not matter.
 */
export function buildRows(records: readonly SnapshotRecord[], settings: BuildSettings): BuiltRows {
  const { members, dropped } = planMembers(records.map(candidateOf), settings.split);
  const lines = emptyFiles<string[]>(() => []);
  const root = membersDigest();
  const tally = openTally(settings.known);
  for (const { source, split } of members) {
    const { record } = source;
    const labels = settings.labelsOf?.(source);
    for (const row of rowsOf({ record, split, ...(labels ? { labels } : {}) })) {
      lines[row.file].push(row.line);
    }
    root.add(record.id, record.content_hash);
    tally.add(record, split);
  }
  return {
    lines,
    contentSha256: digestsOf(lines),
    members: members.map(({ id, split }) => ({ id, split })),
    membersDigest: root.hex(),
    excluded: countExclusions(dropped.map(({ reason }) => reason)),
    counts: tally.counts(),
  };
}

/** One value for each data file. */
export function emptyFiles<T>(make: (name: DataFileName) => T): Record<DataFileName, T> {
  // the names are the keys of the type
  return Object.fromEntries(DATA_FILES.map((name) => [name, make(name)])) as Record<DataFileName, T>;
}

function candidateOf(source: SnapshotRecord) {
  const { record, account, groupRoot, verified, attributed, order } = source;
  return {
    source,
    id: record.id,
    contentHash: record.content_hash,
    recordDigest: recordDigest(record),
    group: groupName(account, groupRoot),
    verified,
    attributed,
    order,
  };
}

function digestsOf(lines: Record<DataFileName, string[]>): Record<DataFileName, string> {
  return emptyFiles((name) => {
    const digest = runningDigest();
    for (const line of lines[name]) digest.add(`${line}\n`);
    return digest.hex();
  });
}
