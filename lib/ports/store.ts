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
  readonly jobs: JobQueue;
  transaction<T>(work: (tx: Store) => Promise<T>): Promise<T>;
  /** Waits for a named lock that the transaction holds until it ends. Throws outside a transaction. */
  lock(name: "permanence" | "publish" | "slot", key?: string): Promise<void>;
  /** A real query, for readiness. */
  ready(): Promise<void>;
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
