/** What an instance stands on, as /readyz names it. */
export const READINESS_PARTS = [
  "database",
  "schema",
  "clock",
  "search",
  "objects",
  "limits",
  "never_forget",
] as const;
export type ReadinessPart = (typeof READINESS_PARTS)[number];

/** What a look at a part found: `ok`, or why not. */
export const READINESS_CODES = [
  "ok",
  /** No answer within the time limit, or the one before is still being waited for. */
  "timeout",
  "unavailable",
  "storage_full",
  /** The database takes no write: a standby, or one that was made read-only. */
  "read_only",
  /** The database has another schema than this program. */
  "schema_older",
  "schema_newer",
  /** The clocks of process and database are too far apart. */
  "clock_skew",
  /** The search engine is away and PostgreSQL answers in its place. */
  "search_fallback",
  /** The index finds nothing although there are public episodes. */
  "search_empty",
  /** The never-forget log ends before what the database remembers, or is damaged. */
  "permanence_broken",
  "configuration_invalid",
  "internal",
] as const;
export type ReadinessCode = (typeof READINESS_CODES)[number];
