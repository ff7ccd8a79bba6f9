import { AppError } from "#lib/domain/errors.ts";
import {
  CASE_CATEGORIES,
  type CaseCategory,
  type CaseOutcome,
  type CaseState,
} from "#lib/domain/lifecycle/case-states.ts";
import { visibilityOf } from "#lib/domain/lifecycle/visibility.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Case, Store } from "#lib/ports/store.ts";
import { step } from "./cases.ts";
import { ruleCause } from "./episode-events.ts";

const MESSAGE_LIMIT = 4_000;

export type ReportInput = {
  episodeId: string;
  category: CaseCategory;
  step: number | null;
  message: string;
  contact: string | null;
};

/**
 * Takes a report about a public episode from anyone. One open case per episode and category; further reports join it, each
 * with a receipt of its own. What the reporter writes is for staff alone.
 */
export async function submitReport(
  deps: Deps,
  input: ReportInput,
): Promise<{ receipt: string; number: string }> {
  if (input.message.trim().length === 0 || input.message.length > MESSAGE_LIMIT) {
    throw new AppError("input_invalid", { faults: [{ code: "length", path: "$.message" }] });
  }
  const receipt = deps.ids.hex(16);
  const number = await deps.store.transaction(async (tx) => {
    const episode = await tx.episodes.lock(input.episodeId);
    const visibility = episode ? visibilityOf(episode.lifecycle) : "unknown";
    if (!episode || visibility === "unknown") throw new AppError("not_found");
    if (visibility !== "public") throw new AppError(visibility);
    if (input.step !== null && (input.step < 1 || input.step > episode.steps)) {
      throw new AppError("input_invalid", {
        detail: `The episode has ${episode.steps} steps; leave the step empty or name one.`,
      });
    }
    const open = (await tx.cases.lockOpen(episode.id, input.category)) ?? (await openCase(deps, tx, input));
    await tx.cases.addReport({
      receiptHash: sha256Hex(receipt),
      caseId: open.id,
      step: input.step,
      message: input.message.trim(),
      contact: input.contact,
      at: deps.clock.now(),
    });
    return open.number;
  });
  return { receipt, number };
}

/** A complete form is triaged at once. It blocks nothing until a person takes it: an anonymous report is no decision. */
async function openCase(deps: Deps, tx: Store, input: ReportInput): Promise<Case> {
  const openedAt = deps.clock.now();
  const submitted: Case = {
    id: deps.ids.uuid(),
    number: await tx.cases.nextNumber(openedAt.getUTCFullYear()),
    episodeId: input.episodeId,
    category: input.category,
    band: CASE_CATEGORIES[input.category].band,
    blocks: false,
    state: "submitted",
    claimedBy: null,
    outcome: null,
    reasonCode: null,
    statement: null,
    openedAt,
    decidedAt: null,
  };
  await tx.cases.insert(submitted);
  return step(tx, submitted, { event: "triage", change: {}, cause: ruleCause(deps) });
}

/** What a reporter sees with the receipt: the state and, once decided, the outcome with its reasons. No internal notes. */
export type ReportView = {
  number: string;
  episodeId: string;
  category: CaseCategory;
  state: CaseState;
  outcome: CaseOutcome | null;
  statement: string | null;
  reportedAt: Date;
  decidedAt: Date | null;
};

export async function readReport(deps: Deps, receipt: string): Promise<ReportView> {
  const found = await deps.store.cases.byReceipt(sha256Hex(receipt));
  if (!found) throw new AppError("not_found");
  return {
    number: found.case.number,
    episodeId: found.case.episodeId,
    category: found.case.category,
    state: found.case.state,
    outcome: found.case.outcome,
    statement: found.case.statement,
    reportedAt: found.report.at,
    decidedAt: found.case.decidedAt,
  };
}
