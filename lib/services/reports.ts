import { AppError } from "#lib/domain/errors.ts";
import type { CaseCategory, CaseOutcome, CaseState } from "#lib/domain/lifecycle/case-states.ts";
import { visibilityOf } from "#lib/domain/lifecycle/visibility.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { openCaseOf } from "./open-case.ts";

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
    const { category } = input;
    // it blocks nothing until a person takes it: an anonymous report is no decision
    const open = await openCaseOf(deps, tx, { episodeId: episode.id, category, blocks: false });
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
