import type { CaseCategory } from "#lib/domain/lifecycle/case-states.ts";
import type { ActorKind } from "#lib/domain/lifecycle/episode-states.ts";
import type { SnapshotEvent, SnapshotState } from "#lib/domain/lifecycle/snapshot-states.ts";
import type { Episode, EventCause } from "./episodes.ts";

export const SNAPSHOT_FILES = [
  "train.jsonl.zst",
  "val.jsonl.zst",
  "sft.jsonl.zst",
  "tooltrace.jsonl.zst",
  "manifest.json",
  "CHECKSUMS.txt",
  "DATA_CARD.md",
] as const;

export type SnapshotFileName = (typeof SNAPSHOT_FILES)[number];

export type SnapshotFile = {
  name: SnapshotFileName;
  bytes: number;
  sha256: string;
  /** Digest of the uncompressed content; the file's own digest where it is not compressed. */
  contentSha256: string;
  rows: number | null;
  objectKey: string;
};

export type Snapshot = {
  id: string;
  version: string;
  state: SnapshotState;
  seed: string;
  /** Secret key of the release's labels; never leaves the server. */
  labelKey: string;
  baseVersion: string | null;
  removalOnly: boolean;
  asOfSeq: number;
  denyListSeq: number;
  createdAt: Date;
  publishedAt: Date | null;
  /** Closed code of the last failed build. */
  failure: string | null;
  reasonCode: string | null;
  manifest: Record<string, unknown> | null;
  dataCard: string | null;
  /** Counts the events applied; guards against two writers. */
  revision: number;
};

/** `null`: frozen as a candidate, left out by the build (not publishable, or a duplicate). Such a member is in no file. */
export type SnapshotMember = { episodeId: string; split: "train" | "val" | null };

export type SnapshotLogRow = {
  event: SnapshotEvent;
  from: SnapshotState;
  to: SnapshotState;
  actor: ActorKind;
  actorId: string | null;
  at: Date;
};

/** A snapshot that somebody built elsewhere and registered: private until proved (permanence.md 25). */
export type ExternalSnapshot = {
  version: string;
  account: string;
  objectPrefix: string;
  createdAt: Date;
  manifest: unknown;
  checksums: string;
  files: { name: string; bytes: number; sha256: string }[];
  dataCard: string;
};

/** A member of a snapshot that is not public any more, with what decides how long the files that hold it are served. */
export type WithdrawnMember = {
  id: string;
  split: "train" | "val";
  disclosure: Episode["disclosure"];
  /** Under a legal order? */
  legal: boolean;
  reason: string | null;
  /** When it was public last. */
  leftAt: Date | null;
  /** What it was reported for, without reports that were found to be none or taken back. */
  reportedFor: CaseCategory[];
};

export interface SnapshotRepository {
  insert(snapshot: Snapshot, memberIds: readonly string[]): Promise<void>;
  byId(id: string): Promise<Snapshot | null>;
  byVersion(version: string): Promise<Snapshot | null>;
  lock(id: string): Promise<Snapshot | null>;
  list(): Promise<Snapshot[]>;
  apply(
    before: Snapshot,
    event: SnapshotEvent,
    next: Snapshot,
    cause: Pick<EventCause, "actor" | "actorId" | "at">,
  ): Promise<void>;
  /** Events of a snapshot in the order they happened. */
  log(id: string): Promise<SnapshotLogRow[]>;
  /** The frozen list, in id order, whatever the build left out. */
  memberIds(id: string): AsyncIterable<string>;
  /** The frozen list with what the build decided, in id order; every split is null before the first build. */
  members(id: string): AsyncIterable<SnapshotMember>;
  /** Writes the build's decisions. The caller passes every member of the frozen list. */
  setMembers(id: string, members: readonly SnapshotMember[]): Promise<void>;
  files(id: string): Promise<SnapshotFile[]>;
  setFiles(id: string, files: readonly SnapshotFile[]): Promise<void>;
  /** Public snapshots that hold an episode: members with a split. */
  containing(episodeId: string): Promise<Snapshot[]>;
  /** Members with a split that are not published any more, in id order. */
  withdrawnMembers(id: string): Promise<WithdrawnMember[]>;
  /** Locks the row of every member with a split against change until the transaction ends; batches in id order. */
  lockMembers(id: string): AsyncIterable<Episode[]>;
  register(snapshot: ExternalSnapshot): Promise<"created" | "exists">;
  external(version: string, account: string): Promise<ExternalSnapshot | null>;
}

export type DenyListRow = { episodeId: string; listed: boolean; day: string };

/** What of the deny-list may be shown: rows of days after `since` that are over, or that a release covers already. */
export type DenyListWindow = {
  since: string;
  /** The last day that is over. */
  over: string;
  /** Rows up to this number stand in the open whatever their day. */
  covered: number;
};

/** The public, append-only list of released episodes that were withdrawn: ids and days only (permanence.md 8). */
export interface DenyListRepository {
  append(episodeId: string, listed: boolean, day: string): Promise<void>;
  head(): Promise<number>;
  /**
   * Whole days, until at least `limit` rows are together: for each day and id the last word of that day, by day and id, so that
   * nothing tells the order inside a day. `more`: there are later days.
   */
  page(window: DenyListWindow, limit: number): Promise<{ rows: DenyListRow[]; more: boolean }>;
  /** Is the episode's last row a listing? */
  isListed(episodeId: string): Promise<boolean>;
}
