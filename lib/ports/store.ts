import type { Role, Scope } from "#lib/domain/access/policy.ts";
import type { EpisodeFacts, EpisodeSummary } from "#lib/domain/episode/summary.ts";
import type { CaseCategory, CaseEvent, CaseOutcome, CaseState } from "#lib/domain/lifecycle/case-states.ts";
import type {
  ActorKind,
  EpisodeEvent,
  EpisodeState,
  Lifecycle,
} from "#lib/domain/lifecycle/episode-states.ts";
import type { StoredEpisodeEvent } from "#lib/domain/lifecycle/replay.ts";
import type { SnapshotEvent, SnapshotState } from "#lib/domain/lifecycle/snapshot-states.ts";
import type { TombstoneKind } from "#lib/domain/lifecycle/publishable.ts";
import type { PermanenceHead } from "#lib/domain/permanence/entries.ts";
import type { JobQueue } from "./jobs.ts";
import type { RescanRepository } from "./rescan.ts";

/** The database, by aggregate. The same shape inside and outside a transaction. */
export interface Store {
  readonly accounts: AccountRepository;
  readonly tokens: TokenRepository;
  readonly episodes: EpisodeRepository;
  readonly rescan: RescanRepository;
  readonly staging: StagingRepository;
  readonly uploads: UploadRepository;
  readonly tombstones: TombstoneRepository;
  readonly cases: CaseRepository;
  readonly snapshots: SnapshotRepository;
  readonly denyList: DenyListRepository;
  readonly instance: InstanceRepository;
  readonly audit: AuditRepository;
  readonly jobs: JobQueue;
  transaction<T>(work: (tx: Store) => Promise<T>): Promise<T>;
  /** Waits for a named lock that the transaction holds until it ends. Throws outside a transaction. */
  lock(name: "permanence" | "publish" | "slot", key?: string): Promise<void>;
  /** A real query, for readiness. */
  ready(): Promise<void>;
}

export type User = { id: string; email: string; name: string | null; createdAt: Date; roles: Role[] };

export interface AccountRepository {
  /** The user of an e-mail address (compared in lower case), made with the role `contributor` if missing. */
  ensure(email: string): Promise<User>;
  byEmail(email: string): Promise<User | null>;
  byId(id: string): Promise<User | null>;
  grantRole(userId: string, role: Role): Promise<void>;
  revokeRole(userId: string, role: Role): Promise<void>;
  revokeSessions(userId: string): Promise<void>;
  /** Stores a one-time sign-in token by its digest, in the form that the session adapter looks for. */
  insertSignInToken(token: { email: string; digest: string; expiresAt: Date }): Promise<void>;
  count(): Promise<number>;
  /** How many people hold at least one of the roles: the two-person rule depends on it. */
  countWithAnyRole(roles: readonly Role[]): Promise<number>;
}

export type ApiToken = {
  id: string;
  userId: string;
  name: string;
  scopes: Scope[];
  shared: boolean;
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
};

export interface TokenRepository {
  insert(token: ApiToken & { hash: string }): Promise<void>;
  byHash(hash: string): Promise<ApiToken | null>;
  listOf(userId: string): Promise<ApiToken[]>;
  revoke(id: string, at: Date): Promise<boolean>;
  touch(id: string, at: Date): Promise<void>;
}

export type Scan = { rulesVersion: string; openFindings: number };
export type Finding = { rule: string; kind: "secret" | "personal"; path: string; start: number; end: number };

/** The row of an episode: facts for lists, identity, rights, and the lifecycle that only events write. */
export type Episode = EpisodeFacts & {
  account: string;
  declaredId: string;
  contentHash: string;
  hashBasis: 1 | 2;
  hashVerified: boolean;
  slot: string | null;
  sessionKey: string;
  /** The root of the session's parent chain; split groups are made of it, namespaced by account. */
  groupRoot: string;
  contributorKey: string | null;
  revocationAuthority: string | null;
  revocationCodeHash: string | null;
  receivedSha256: string;
  tokenId: string | null;
  sharedToken: boolean;
  receivedAt: Date;
  consentVersion: string;
  publicSearchable: boolean;
  trainable: boolean;
  repositoryVisibility: "public" | "private" | "unknown" | null;
  /** Closed codes of what a person has to look at before release; empty if nothing. */
  reviewReasons: string[];
  scan: Scan | null;
  object: { key: string; sha256: string; bytes: number } | null;
  legalHold: boolean;
  lifecycle: Lifecycle;
  /** Counts the events applied; guards against two writers. */
  version: number;
};

/** What a caller supplies of a new episode; the rest starts empty. */
export type NewEpisode = Omit<
  Episode,
  "scan" | "object" | "legalHold" | "lifecycle" | "version" | "reviewReasons"
>;

export type EventCause = {
  actor: ActorKind;
  actorId: string | null;
  role: Role | null;
  caseId: string | null;
  at: Date;
};

export type EpisodeLogRow = StoredEpisodeEvent & {
  seq: number;
  actor: ActorKind;
  actorId: string | null;
  role: Role | null;
  caseId: string | null;
};

export interface EpisodeRepository {
  insert(episode: NewEpisode): Promise<void>;
  byId(id: string): Promise<Episode | null>;
  /** The row, locked until the transaction ends. */
  lock(id: string): Promise<Episode | null>;
  /** The split group's root that an account's session has, if any of its episodes is known. */
  groupRootOf(account: string, sessionKey: string): Promise<string | null>;
  /** Moves rows that no snapshot holds yet from one root to another: the link between them has just become known. */
  adoptGroupRoot(account: string, roots: { from: string; to: string }): Promise<void>;
  /** The states of those of the ids that have a row. */
  statesOf(ids: readonly string[]): Promise<Map<string, EpisodeState>>;
  byDeclaredId(account: string, declaredId: string): Promise<Episode | null>;
  /** The episode of a slot that is neither tombstoned nor erased. */
  liveBySlot(account: string, slot: string): Promise<Episode | null>;
  /** The same, locked. */
  lockLiveBySlot(account: string, slot: string): Promise<Episode | null>;
  /**
   * Appends the event and writes the lifecycle that follows, as one statement each in the caller's transaction. Fails with
   * `version_conflict` if the row has moved on since it was read.
   */
  apply(before: Episode, event: EpisodeEvent, next: Lifecycle, cause: EventCause): Promise<Episode>;
  log(id: string): Promise<EpisodeLogRow[]>;
  /** The highest event `seq` up to which every event is committed and visible (safe horizon); 0 before the first. */
  eventHead(): Promise<number>;
  /** Published rows among the ids, as lists show them. The visibility gate of search. */
  publicSummaries(ids: readonly string[]): Promise<EpisodeSummary[]>;
  listOwn(account: string, page: { before?: Date; limit: number }): Promise<Episode[]>;
  listByState(states: readonly EpisodeState[], page: { after?: Date; limit: number }): Promise<Episode[]>;
  countByState(): Promise<Partial<Record<EpisodeState, number>>>;
  /** How many of an account's episodes a moderator has approved or a rule has released. */
  countReleased(account: string): Promise<number>;
  /** Writes a scan and its findings in place of the last one; `resolved`: dismissed by a person before. */
  setScan(
    id: string,
    scan: Scan,
    findings: readonly (Finding & { resolved?: boolean })[],
    reviewReasons: readonly string[],
  ): Promise<void>;
  findings(id: string): Promise<Finding[]>;
  resolveFindings(id: string): Promise<void>;
  /** Blanks what the row holds of the record's words (title, preview, model, tools, errors, languages) and its findings. */
  forgetContent(id: string): Promise<void>;
  /** Blanks the digests of a withdrawn row and of what it superseded: a digest could confirm a guess about removed text. */
  forgetDigests(episode: Pick<Episode, "id" | "account" | "slot">): Promise<void>;
  setObject(id: string, object: Episode["object"]): Promise<void>;
  /** A hold forbids publication whatever else is true. */
  setLegalHold(id: string, held: boolean): Promise<void>;
  /** Hidden episodes that a token uploaded and that carry the reason. */
  countHidden(filter: { tokenId: string; reason: string }): Promise<number>;
  /** What has to be screened: new rows, rows that wait for no person, and rows whose scan was made under other rules. */
  idsToScreen(rulesVersion: string): AsyncIterable<string>;
  /** Ended rows that something is left of; sealed ones are not among them. */
  idsToPurge(): AsyncIterable<string>;
  /** Ids in ascending order, for sweeps and freezes. */
  idsByState(states: readonly EpisodeState[]): AsyncIterable<string>;
}

/** Compressed bodies that are committed with their row until the object store holds them (permanence.md 14). */
export interface StagingRepository {
  put(episodeId: string, body: Uint8Array, sha256: string): Promise<void>;
  get(episodeId: string): Promise<{ body: Uint8Array; sha256: string } | null>;
  drop(episodeId: string): Promise<void>;
  ids(): AsyncIterable<string>;
  bytes(): Promise<number>;
}

/** One presigned upload: a short-lived capability for one body of one episode. */
export type UploadGrant = {
  /** SHA-256 of the capability that stands in the URL. */
  capabilityHash: string;
  objectKey: string;
  account: string;
  tokenId: string | null;
  declaredId: string;
  contentHash: string;
  expiresAt: Date;
  body: Uint8Array | null;
  bodySha256: string | null;
};

export interface UploadRepository {
  insert(grant: UploadGrant): Promise<void>;
  lockByCapability(capabilityHash: string): Promise<UploadGrant | null>;
  lockByObjectKey(account: string, objectKey: string): Promise<UploadGrant | null>;
  setBody(capabilityHash: string, body: Uint8Array, sha256: string): Promise<void>;
  /** Drops the body and keeps the digest, so that a repeated `complete` can be told from another one. */
  dropBody(capabilityHash: string): Promise<void>;
  removeExpired(now: Date): Promise<number>;
}

/** A withdrawal that outlives its episode: by declared id, by slot, or both. Holds no content hash. */
export type Tombstone = {
  account: string;
  declaredId: string;
  slot: string | null;
  publicId: string | null;
  kind: TombstoneKind;
  at: Date;
};

export interface TombstoneRepository {
  /** Inserts unless the (account, declared id) is there already. */
  insert(tombstone: Tombstone): Promise<void>;
  /** Was a public episode of this id withdrawn or taken down, whoever's it was? */
  holdsPublicId(publicId: string): Promise<boolean>;
  /** A withdrawal or take-down that covers the upload: the same account and declared id, or the same account and slot. */
  find(account: string, names: { declaredId: string; slot: string | null }): Promise<Tombstone | null>;
}

export type Case = {
  id: string;
  /** Public number, `TD-2026-000123`. */
  number: string;
  episodeId: string;
  category: CaseCategory;
  band: number;
  blocks: boolean;
  state: CaseState;
  claimedBy: string | null;
  outcome: CaseOutcome | null;
  reasonCode: string | null;
  /** The statement of reasons, shown to reporter and contributor; verified before it is stored. */
  statement: string | null;
  openedAt: Date;
  decidedAt: Date | null;
};

export type CaseReport = {
  receiptHash: string;
  caseId: string;
  step: number | null;
  /** Private to staff. */
  message: string;
  contact: string | null;
  at: Date;
};

export interface CaseRepository {
  /** The next public case number of a year. */
  nextNumber(year: number): Promise<string>;
  insert(entry: Case): Promise<void>;
  byId(id: string): Promise<Case | null>;
  lock(id: string): Promise<Case | null>;
  lockOpen(episodeId: string, category: CaseCategory): Promise<Case | null>;
  openOf(episodeId: string): Promise<Case[]>;
  countBlocking(episodeId: string): Promise<number>;
  /** Those of the episodes that a case keeps from publication. */
  blockedAmong(episodeIds: readonly string[]): Promise<Set<string>>;
  list(filter: { open: boolean; limit: number }): Promise<(Case & { reports: number })[]>;
  /** Appends the case event and writes the row. */
  apply(before: Case, event: CaseEvent, next: Case, cause: EventCause): Promise<void>;
  addReport(report: CaseReport): Promise<void>;
  reports(caseId: string): Promise<CaseReport[]>;
  byReceipt(receiptHash: string): Promise<{ case: Case; report: CaseReport } | null>;
  log(
    caseId: string,
  ): Promise<{ event: CaseEvent; from: CaseState; to: CaseState; actor: ActorKind; at: Date }[]>;
}

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

export type InstanceState = {
  paused: boolean;
  permanenceHead: PermanenceHead;
  /** Set when an operator accepted a never-forget log that is shorter than the database remembers. */
  permanenceGap: boolean;
  /** The last rules that have gone through everything stored (permanence.md 23). */
  rulesVersion: string | null;
  /** The rules whose hits a person has agreed to hide although they are many. */
  rescanApproved: string | null;
};

export interface InstanceRepository {
  read(): Promise<InstanceState>;
  write(change: Partial<InstanceState>): Promise<void>;
}

export type AuditRow = {
  seq: number;
  at: Date;
  actor: string;
  action: string;
  subject: string | null;
};

export interface AuditRepository {
  append(row: Omit<AuditRow, "seq">): Promise<void>;
  list(limit: number): Promise<AuditRow[]>;
}
