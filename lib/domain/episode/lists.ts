/** Closed lists that the record, the search, the pages and the datasets share. One name per thing. */
export const TOOL_KINDS = ["read", "edit", "shell", "search", "web", "mcp", "task", "plan", "other"] as const;
export const OUTCOME_STATUSES = ["success", "failure", "unknown"] as const;
export const OUTCOME_BASES = [
  "tests_verified",
  "tests_reported",
  "exit_code",
  "no_error_event",
  "contributor_says",
  "curator_says",
  "unknown",
] as const;
export const EVENT_NAMES = ["compaction", "interrupted", "model_change", "error", "context"] as const;
export const DISCLOSURES = ["summary", "raw"] as const;
export const LICENSES = ["CC0-1.0", "CC-BY-4.0"] as const;
export const REPOSITORY_VISIBILITIES = ["public", "private", "unknown"] as const;

export type ToolKind = (typeof TOOL_KINDS)[number];
export type OutcomeStatus = (typeof OUTCOME_STATUSES)[number];
export type OutcomeBasis = (typeof OUTCOME_BASES)[number];
export type Disclosure = (typeof DISCLOSURES)[number];
export type License = (typeof LICENSES)[number];
