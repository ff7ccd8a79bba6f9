/** The states of a report's case (docs/GOVERNANCE.md, "Cases"). */
export const CASE_STATES = [
  "submitted",
  "merged",
  "needs_info",
  "expired",
  "triaged",
  "escalated",
  "under_review",
  "awaiting_party",
  "second_approval",
  "decided",
  "notified",
  "appealed",
  "appeal_review",
  "counter_noticed",
  "putback_wait",
  "stayed",
  "restored",
  "closed",
  "withdrawn",
  "moot",
] as const;
export type CaseState = (typeof CASE_STATES)[number];

export const CASE_EVENTS = [
  "merge",
  "ask_reporter",
  "triage",
  "reporter_replied",
  "expire",
  "claim",
  "escalate",
  "lead_claim",
  "ask_party",
  "party_answered",
  "second_needed",
  "second_disagreed",
  "decide",
  "notify",
  "appeal",
  "assign_appeal",
  "appeal_decided",
  "counter_notice",
  "forward_counter_notice",
  "court_action",
  "put_back",
  "close",
  "retract",
  "moot",
] as const;
export type CaseEvent = (typeof CASE_EVENTS)[number];

/** The policy as a table; what stands in no row is illegal. */
export const CASE_EDGES: Record<CaseState, Partial<Record<CaseEvent, CaseState>>> = {
  submitted: {
    merge: "merged",
    ask_reporter: "needs_info",
    triage: "triaged",
    retract: "withdrawn",
    moot: "moot",
  },
  merged: {},
  needs_info: { reporter_replied: "triaged", expire: "expired", moot: "moot" },
  expired: {},
  triaged: { claim: "under_review", escalate: "escalated", retract: "withdrawn", moot: "moot" },
  escalated: { lead_claim: "under_review", moot: "moot" },
  under_review: {
    ask_party: "awaiting_party",
    second_needed: "second_approval",
    decide: "decided",
    retract: "withdrawn",
    moot: "moot",
  },
  awaiting_party: { party_answered: "under_review", moot: "moot" },
  second_approval: { second_disagreed: "under_review", decide: "decided", moot: "moot" },
  decided: { notify: "notified" },
  notified: { appeal: "appealed", counter_notice: "counter_noticed", close: "closed" },
  appealed: { assign_appeal: "appeal_review" },
  appeal_review: { appeal_decided: "notified" },
  counter_noticed: { forward_counter_notice: "putback_wait" },
  putback_wait: { court_action: "stayed", put_back: "restored" },
  stayed: { close: "closed" },
  restored: { close: "closed" },
  closed: {},
  withdrawn: {},
  moot: {},
};

/** States in which a case still waits for somebody. */
export const OPEN_CASE_STATES = CASE_STATES.filter((state) => "moot" in CASE_EDGES[state]);

export type CaseTransition = { ok: true; to: CaseState } | { ok: false; from: CaseState; event: CaseEvent };

/** The case's state after an event, or the refusal that names the current state. */
export function caseTransition(from: CaseState, event: CaseEvent): CaseTransition {
  const to = CASE_EDGES[from][event];
  return to ? { ok: true, to } : { ok: false, from, event };
}

/** What a report may be about, with the band it starts in (0 = most urgent) and whether it forbids publication while open. */
export const CASE_CATEGORIES = {
  credential: { band: 0, blocks: true },
  illegal: { band: 0, blocks: true },
  personal_data_self: { band: 1, blocks: true },
  personal_data_other: { band: 1, blocks: true },
  copyright: { band: 1, blocks: true },
  no_right_to_share: { band: 2, blocks: true },
  abuse_or_poisoning: { band: 2, blocks: false },
  quality: { band: 3, blocks: false },
} as const;
export type CaseCategory = keyof typeof CASE_CATEGORIES;
export const CASE_CATEGORY_NAMES = Object.keys(CASE_CATEGORIES) as [CaseCategory, ...CaseCategory[]]; // keys of a literal

export const CASE_OUTCOMES = ["no_action", "hide_until_fixed", "take_down"] as const;
export type CaseOutcome = (typeof CASE_OUTCOMES)[number];
