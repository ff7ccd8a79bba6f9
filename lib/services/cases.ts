import type { Actor } from "#lib/domain/access/policy.ts";
import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { AppError } from "#lib/domain/errors.ts";
import {
  CASE_CATEGORIES,
  type CaseEvent,
  type CaseOutcome,
  caseTransition,
} from "#lib/domain/lifecycle/case-states.ts";
import { verify } from "#lib/domain/sanitize/verify.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Case, CaseReport } from "#lib/ports/cases.ts";
import type { EventCause } from "#lib/ports/episodes.ts";
import type { Store } from "#lib/ports/store.ts";
import { actorName, authorise } from "./authorise.ts";
import { causeOf, isEnded, ruleCause } from "./episode-events.ts";
import { hideEpisode, refuseOwnUpload, takeDownEpisode } from "./moderate.ts";

const LIST_LIMIT = 200;

/** Open cases, most urgent band first, oldest first inside a band. */
export async function listCases(deps: Deps, actor: Actor): Promise<(Case & { reports: number })[]> {
  authorise(actor, "queue.read");
  return deps.store.cases.list({ open: true, limit: LIST_LIMIT });
}

export type CaseView = {
  case: Case;
  reports: CaseReport[];
  log: Awaited<ReturnType<Deps["store"]["cases"]["log"]>>;
};

/** One case with its reports. Reading it is an audit row: reports may quote what is wrong. */
export async function readCase(deps: Deps, actor: Actor, input: { caseId: string }): Promise<CaseView> {
  authorise(actor, "queue.read");
  const entry = await deps.store.cases.byId(input.caseId);
  if (!entry) throw new AppError("not_found");
  await deps.store.audit.append({
    at: deps.clock.now(),
    actor: actorName(actor),
    action: "case.read",
    subject: entry.number,
  });
  return {
    case: entry,
    reports: await deps.store.cases.reports(entry.id),
    log: await deps.store.cases.log(entry.id),
  };
}

/** Takes a case. From now on its category decides whether it keeps the episode out of releases. */
export async function claimCase(deps: Deps, actor: Actor, input: { caseId: string }): Promise<Case> {
  authorise(actor, "case.decide");
  return deps.store.transaction(async (tx) => {
    const before = await lockCase(tx, input.caseId);
    await refuseOwnCase(tx, actor, before);
    const cause = causeOf(deps, actor, "staff", before.id);
    const change = { claimedBy: actorName(actor), blocks: CASE_CATEGORIES[before.category].blocks };
    return step(tx, before, { event: before.state === "escalated" ? "lead_claim" : "claim", change, cause });
  });
}

/**
 * Decides a case and does what was decided: nothing, hide, or take down. The statement of reasons is checked like anything
 * that becomes public, and shown to the reporter.
 */
export async function decideCase(
  deps: Deps,
  actor: Actor,
  input: { caseId: string; outcome: CaseOutcome; reason: string | null; statement: string },
): Promise<Case> {
  authorise(actor, "case.decide");
  const statement = publishableText(input.statement);
  const open = await deps.store.cases.byId(input.caseId);
  if (!open) throw new AppError("not_found");
  if (!caseTransition(open.state, "decide").ok) {
    throw new AppError("illegal_transition", { detail: `A case that is ${open.state} can't be decided.` });
  }
  await refuseOwnCase(deps.store, actor, open);
  await act(deps, actor, { entry: open, outcome: input.outcome, reason: input.reason });
  return deps.store.transaction(async (tx) => {
    const before = await lockCase(tx, input.caseId);
    const cause = causeOf(deps, actor, "staff", before.id);
    const change = {
      outcome: input.outcome,
      reasonCode: input.reason,
      statement,
      decidedAt: cause.at,
      blocks: false,
    };
    const decided = await step(tx, before, { event: "decide", change, cause });
    const notified = await step(tx, decided, { event: "notify", change: {}, cause: ruleCause(deps) });
    await tx.audit.append({
      at: cause.at,
      actor: actorName(actor),
      action: "case.decide",
      subject: before.number,
    });
    return notified;
  });
}

/** The measure first, the record of the decision after it: if the second fails, deciding again is harmless. */
async function act(
  deps: Deps,
  actor: Actor,
  input: { entry: Case; outcome: CaseOutcome; reason: string | null },
): Promise<void> {
  const { entry, outcome, reason } = input;
  if (outcome === "no_action") return;
  const episode = await deps.store.episodes.byId(entry.episodeId);
  // gone for good already: the decision is for the record, and for the releases that still hold it
  if (!episode || isEnded(episode)) return;
  const { state } = episode.lifecycle;
  const target = { episodeId: entry.episodeId, caseId: entry.id };
  if (outcome === "hide_until_fixed" && state !== "hidden") {
    await hideEpisode(deps, actor, { ...target, reason: "report_under_review" });
  }
  if (outcome === "take_down" && state !== "taken_down") {
    if (reason === null)
      throw new AppError("input_invalid", { faults: [{ code: "required", path: "$.reason" }] });
    await takeDownEpisode(deps, actor, { ...target, reason });
  }
}

/** Ends the open cases of an episode that its contributor withdrew. */
export async function mootCases(deps: Deps, tx: Store, episodeId: string): Promise<void> {
  for (const open of await tx.cases.openOf(episodeId)) {
    await step(tx, open, { event: "moot", change: { blocks: false }, cause: ruleCause(deps) });
  }
}

/** One step of a case through its table: event and row together. */
export async function step(
  tx: Store,
  before: Case,
  input: { event: CaseEvent; change: Partial<Case>; cause: EventCause },
): Promise<Case> {
  const answer = caseTransition(before.state, input.event);
  if (!answer.ok) {
    throw new AppError("illegal_transition", {
      detail: `A case that is ${answer.from} has no step ${answer.event}.`,
    });
  }
  const next: Case = { ...before, ...input.change, state: answer.to };
  await tx.cases.apply(before, input.event, next, input.cause);
  return next;
}

/** Nobody clears a report about an upload of their own, as nobody approves it. */
async function refuseOwnCase(store: Store, actor: Actor, entry: Case): Promise<void> {
  const episode = await store.episodes.byId(entry.episodeId);
  if (episode) await refuseOwnUpload(store, actor, episode);
}

async function lockCase(tx: Store, id: string): Promise<Case> {
  const entry = await tx.cases.lock(id);
  if (!entry) throw new AppError("not_found");
  return entry;
}

const STATEMENT_LIMIT = 2_000;

/** Text that people write passes the same check as a record before anyone else sees it (permanence.md 11). */
function publishableText(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length === 0 || trimmed.length > STATEMENT_LIMIT) {
    throw new AppError("input_invalid", { faults: [{ code: "length", path: "$.statement" }] });
  }
  if (verify({ text: trimmed } satisfies JsonValue).length > 0) {
    throw new AppError("sanitizer_finding", {
      detail: "The statement holds what looks like a secret or personal data.",
    });
  }
  return trimmed;
}
