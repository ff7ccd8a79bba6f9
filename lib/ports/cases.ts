import type { CaseCategory, CaseEvent, CaseOutcome, CaseState } from "#lib/domain/lifecycle/case-states.ts";
import type { ActorKind } from "#lib/domain/lifecycle/episode-states.ts";
import type { EventCause } from "./episodes.ts";

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
