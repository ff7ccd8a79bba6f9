import type { PermanenceHead } from "#lib/domain/permanence/entries.ts";
import type { AccountRepository, TokenRepository } from "./accounts.ts";
import type { CaseRepository } from "./cases.ts";
import type {
  EpisodeRepository,
  StagingRepository,
  TombstoneRepository,
  UploadRepository,
} from "./episodes.ts";
import type { JobQueue } from "./jobs.ts";
import type { OperationRepository } from "./operations.ts";
import type { RescanRepository } from "./rescan.ts";
import type { DenyListRepository, SnapshotRepository } from "./snapshots.ts";

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
  readonly operations: OperationRepository;
  readonly jobs: JobQueue;
  transaction<T>(work: (tx: Store) => Promise<T>): Promise<T>;
  /** Waits for a named lock that the transaction holds until it ends. Throws outside a transaction. */
  lock(name: "permanence" | "publish" | "slot", key?: string): Promise<void>;
  /** A real query and a small write, for readiness. */
  health(): Promise<StoreHealth>;
}

export type StoreHealth = {
  /** The time stamp of the last migration that the database has seen, in milliseconds; 0 if there was none. */
  schema: number;
  /** The same of this program. */
  programSchema: number;
  /** False for a standby and for a database that was made read-only. */
  writable: boolean;
  /** The database's clock. */
  now: Date;
  /** True if there are episodes that have been public for so long that every index must know them. */
  hasPublicEpisodes: boolean;
};

export type InstanceState = {
  paused: boolean;
  permanenceHead: PermanenceHead;
  /** Set when an operator accepted a never-forget log that is shorter than the database remembers. */
  permanenceGap: boolean;
  /** The last rules that have gone through everything stored (permanence.md 23). */
  rulesVersion: string | null;
  /** The rules whose hits a person has agreed to hide although they are many. */
  rescanApproved: string | null;
  /** Who this instance is towards its object store (lib/ports/store-owner.ts); null until it has claimed one. */
  instanceId: string | null;
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

/** One entry of any log that can only grow, in one form. Ids and closed codes only. */
export type AuditEntry = {
  log: "audit" | "episode" | "case" | "snapshot";
  seq: number;
  at: Date;
  actor: string;
  /** Of the audit as it is written there; of the others `episode.hidden` and its like. */
  action: string;
  subject: string | null;
  from: string | null;
  to: string | null;
};

/** `until` is not included. `action` with a dot at its end means all that begin so. */
export type AuditFilter = { since?: Date; until?: Date; actor?: string; action?: string };

export interface AuditRepository {
  append(row: Omit<AuditRow, "seq">): Promise<void>;
  /** Every log after the other, each in the order it was written. */
  entries(filter: AuditFilter): AsyncIterable<AuditEntry>;
  list(limit: number): Promise<AuditRow[]>;
}
