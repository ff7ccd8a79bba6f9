import type { OutcomeBasis, OutcomeStatus, ToolKind } from "#lib/domain/episode/lists.ts";
import type { CaseCategory, CaseEvent, CaseOutcome, CaseState } from "#lib/domain/lifecycle/case-states.ts";
import type { EpisodeEventType, EpisodeState } from "#lib/domain/lifecycle/episode-states.ts";
import type { TombstoneKind } from "#lib/domain/lifecycle/publishable.ts";
import type { SnapshotState } from "#lib/domain/lifecycle/snapshot-states.ts";
import { REASONS } from "#lib/domain/registry.ts";
import type { Meaning } from "./badge.tsx";

/** Words for closed codes: one place, so that a thing has one name on every page. */
export const OUTCOMES: Record<OutcomeStatus, { word: string; meaning: Meaning }> = {
  success: { word: "success", meaning: "success" },
  failure: { word: "failure", meaning: "failure" },
  unknown: { word: "outcome unknown", meaning: "none" },
};

export const BASES: Record<OutcomeBasis, string> = {
  tests_verified: "tests, verified",
  tests_reported: "tests, as the session reports them",
  exit_code: "exit code of the last command",
  no_error_event: "no error event in the session",
  contributor_says: "the contributor says so",
  curator_says: "a curator says so",
  unknown: "nothing in the log says",
};

export const TOOLS: Record<ToolKind, string> = {
  read: "read",
  edit: "edit",
  shell: "shell",
  search: "search",
  web: "web",
  mcp: "MCP",
  task: "subtask",
  plan: "plan",
  other: "other",
};

export const EPISODE_WORDS: Record<EpisodeState, { word: string; meaning: Meaning }> = {
  received: { word: "being checked", meaning: "held" },
  quarantined: { word: "waiting for review", meaning: "held" },
  in_review: { word: "in review", meaning: "held" },
  rejected: { word: "not accepted", meaning: "failure" },
  published: { word: "public", meaning: "success" },
  hidden: { word: "hidden while something is checked", meaning: "held" },
  taken_down: { word: "taken down", meaning: "withdrawn" },
  tombstoned: { word: "withdrawn", meaning: "withdrawn" },
  erased: { word: "withdrawn, bytes erased", meaning: "withdrawn" },
};

/** The state of an episode in a word; of what is gone, why it is gone. */
export function stateWord(
  state: EpisodeState,
  tombstone: TombstoneKind | null,
): { word: string; meaning: Meaning } {
  if (state === "tombstoned" && tombstone === "superseded")
    return { word: "replaced by a newer upload", meaning: "withdrawn" };
  if (state === "tombstoned" && tombstone === "taken_down")
    return { word: "taken down", meaning: "withdrawn" };
  return EPISODE_WORDS[state];
}

export const CATEGORIES: Record<CaseCategory, { word: string; hint: string }> = {
  credential: { word: "Live credential", hint: "A password, key or token that still works." },
  illegal: { word: "Unlawful content", hint: "Content that may not be shared at all." },
  personal_data_self: { word: "My personal data", hint: "Something in it is about you." },
  personal_data_other: {
    word: "Somebody else's personal data",
    hint: "Something in it is about another person.",
  },
  copyright: { word: "Copyright", hint: "It holds a work that may not be shared under this licence." },
  no_right_to_share: {
    word: "No right to share",
    hint: "It belongs to an employer, a client or someone else.",
  },
  abuse_or_poisoning: {
    word: "Abuse or poisoning",
    hint: "It was made to harm or mislead whoever reads or trains on it.",
  },
  quality: { word: "Quality", hint: "It is broken, empty or mislabelled." },
};

export const CASE_WORDS: Record<CaseState, string> = {
  submitted: "received",
  merged: "joined with another report",
  needs_info: "waiting for the reporter",
  expired: "closed, no answer from the reporter",
  triaged: "waiting for a moderator",
  escalated: "with a lead",
  under_review: "a moderator is looking at it",
  awaiting_party: "waiting for the contributor",
  second_approval: "waiting for a second person",
  decided: "decided",
  notified: "decided",
  appealed: "appealed",
  appeal_review: "appeal under review",
  counter_noticed: "countered",
  putback_wait: "waiting to be put back",
  stayed: "stayed by a court",
  restored: "put back",
  closed: "closed",
  withdrawn: "withdrawn by the reporter",
  moot: "closed, the episode is gone",
};

export const CASE_EVENT_WORDS: Record<CaseEvent, string> = {
  merge: "joined with another report",
  ask_reporter: "reporter asked",
  triage: "sorted",
  reporter_replied: "reporter answered",
  expire: "waited in vain for the reporter",
  claim: "taken",
  escalate: "given to a lead",
  lead_claim: "taken by a lead",
  ask_party: "contributor asked",
  party_answered: "contributor answered",
  second_needed: "second person asked",
  second_disagreed: "second person disagreed",
  decide: "decided",
  notify: "reporters told",
  appeal: "appealed",
  assign_appeal: "appeal taken",
  appeal_decided: "appeal decided",
  counter_notice: "countered",
  forward_counter_notice: "counter notice passed on",
  court_action: "court acted",
  put_back: "put back",
  close: "closed",
  retract: "withdrawn by the reporter",
  moot: "episode gone",
};

export const EPISODE_EVENT_WORDS: Record<EpisodeEventType, string> = {
  screened: "held for review",
  invalid: "found invalid",
  auto_released: "released by rule",
  claimed: "taken for review",
  unclaimed: "given back",
  approved: "approved",
  rejected: "rejected",
  hidden: "hidden",
  unhidden: "shown again",
  taken_down: "taken down",
  restored: "put back",
  revoked: "withdrawn",
  superseded: "replaced",
  finalised: "take-down made final",
  erased: "bytes erased",
};

export const CASE_OUTCOME_WORDS: Record<CaseOutcome, { word: string; meaning: Meaning }> = {
  no_action: { word: "No action", meaning: "none" },
  hide_until_fixed: { word: "Hidden until it is fixed", meaning: "held" },
  take_down: { word: "Taken down", meaning: "withdrawn" },
};

export const SNAPSHOT_WORDS: Record<SnapshotState, { word: string; meaning: Meaning }> = {
  draft: { word: "draft", meaning: "none" },
  building: { word: "being built", meaning: "none" },
  failed: { word: "build failed", meaning: "failure" },
  built: { word: "built", meaning: "none" },
  verified: { word: "verified", meaning: "none" },
  approved: { word: "approved", meaning: "none" },
  published: { word: "usable", meaning: "success" },
  superseded: { word: "superseded", meaning: "none" },
  withheld: { word: "withheld", meaning: "held" },
  yanked: { word: "yanked", meaning: "withdrawn" },
};

const REVIEW_REASONS: Record<string, string> = {
  findings: "The scan found something to look at",
  shared_token: "Uploaded with a shared token",
  private_repository: "From a private or unknown repository",
  older_client_raw: "Full text from the older client",
  policy_review_all: "This instance reviews every upload",
  newcomer: "One of this contributor's first uploads",
  sampled: "Sampled for review",
  near_copy: "Close to another episode",
  unproven_withdrawal: "Withdrawn with a shared token",
};

/** What a closed reason code means. An unknown code is shown as it is. */
export function reasonWord(code: string): string {
  const listed = Object.values(REASONS)
    .flat()
    .find((reason) => reason.code === code);
  return listed?.label ?? REVIEW_REASONS[code] ?? code;
}
