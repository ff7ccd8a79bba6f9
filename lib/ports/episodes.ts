import type { Role } from "#lib/domain/access/policy.ts";
import type { EpisodeFacts, EpisodeSummary } from "#lib/domain/episode/summary.ts";
import type {
  ActorKind,
  EpisodeEvent,
  EpisodeState,
  Lifecycle,
} from "#lib/domain/lifecycle/episode-states.ts";
import type { TombstoneKind } from "#lib/domain/lifecycle/publishable.ts";
import type { StoredEpisodeEvent } from "#lib/domain/lifecycle/replay.ts";

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

/** What an upload was bound to, so that it can be withdrawn without its account (permanence.md 17). */
export type Proof = { contributorKey: string } | { revocationAuthority: string };

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
  /** Accounts that have uploaded with this contributor key, or with this digest of a revocation key. */
  accountsByProof(proof: Proof): Promise<string[]>;
  /** The uploads with it, ended ones too, sorted by id; of one declared or public id, or all. */
  uploadsByProof(
    proof: Proof,
    named?: string,
  ): Promise<{ account: string; id: string; declaredId: string }[]>;
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

export type StagedBody = { body: Uint8Array; sha256: string; storedAt: Date | null };

/** Compressed bodies that are committed with their row until the object store holds them (permanence.md 14). */
export interface StagingRepository {
  put(episodeId: string, body: Uint8Array, sha256: string): Promise<void>;
  get(episodeId: string): Promise<StagedBody | null>;
  /** Notes when the object was written and first read back; null: it has to be looked at anew. */
  setStored(episodeId: string, at: Date | null): Promise<void>;
  /** Says of every copy that its object has to be looked at anew. Returns how many there are. */
  forgetStored(): Promise<number>;
  drop(episodeId: string): Promise<void>;
  ids(): AsyncIterable<string>;
  /** Of those, the ones whose object is not written yet, or was before a moment. */
  due(writtenBefore: Date): AsyncIterable<string>;
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
  /** Digest of what was uploaded or, in the object store, read there; null until then. */
  bodySha256: string | null;
  /** What the client said the body would be; the older client says nothing. */
  announced: { bytes: number; sha256: string } | null;
  /** The body is sent to the object store, under `objectKey` there, and not to us. */
  inBucket: boolean;
  /** The body became an episode. */
  accepted: boolean;
};

export interface UploadRepository {
  insert(grant: UploadGrant): Promise<void>;
  lockByCapability(capabilityHash: string): Promise<UploadGrant | null>;
  lockByObjectKey(account: string, objectKey: string): Promise<UploadGrant | null>;
  setBody(capabilityHash: string, body: Uint8Array, sha256: string): Promise<void>;
  /** Drops the body and keeps the digest, so that a repeated `complete` can be told from another one. */
  finish(capabilityHash: string, end: { bodySha256: string; accepted: boolean }): Promise<void>;
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
