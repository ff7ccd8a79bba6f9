/**
 * Every way a use case can refuse, as a closed list of stable codes. Edges translate a code into an HTTP status or an
 * exit code; nothing below them knows of either.
 */
export const ERROR_CODES = [
  // input
  "body_too_large",
  "unsupported_media_type",
  "malformed_json",
  "malformed_text",
  "too_deep",
  "schema_invalid",
  "schema_unknown",
  "license_unknown",
  "consent_missing",
  "consent_version_unknown",
  "id_mismatch",
  "hash_mismatch",
  "nonce_missing",
  "slot_missing",
  "disclosure_mismatch",
  "rights_not_affirmed",
  "sanitizer_finding",
  "id_conflict",
  "input_invalid",
  // visibility and withdrawal
  "not_found",
  "gone",
  "legally_withheld",
  "withdrawn",
  "slot_refused",
  // uploads
  "upload_expired",
  "upload_incomplete",
  "upload_conflict",
  "upload_mismatch",
  // access
  "unauthenticated",
  "token_expired",
  "forbidden",
  "scope_missing",
  "rate_limited",
  "limit_reached",
  // state
  "illegal_transition",
  "version_conflict",
  "not_publishable",
  "already_exists",
  "paused",
  "snapshot_guard",
  // environment
  "storage_full",
  "unavailable",
  "permanence_broken",
  "configuration_invalid",
  "internal",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** One fault of an input: a stable code and a path that names schema-known keys only (permanence.md 12). */
export type Fault = { code: string; path: string };

/**
 * The only error that services throw on purpose. `detail` is written by us for the person who reads it and never holds
 * user text, a secret or a finding's value; `cause` is for the log of the process alone. The detail of a failure of ours (a 5xx) is for
 * the operator's log, unless it is marked as written for visitors.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly faults: readonly Fault[];
  readonly forVisitor: boolean;

  constructor(
    code: ErrorCode,
    options: { detail?: string; faults?: readonly Fault[]; cause?: unknown; forVisitor?: boolean } = {},
  ) {
    super(options.detail ? `${code}: ${options.detail}` : code, { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
    this.faults = options.faults ?? [];
    this.forVisitor = options.forVisitor ?? false;
  }
}

/**
 * Narrows an unknown throw to an AppError, optionally of one code. By its name: the pages are bundled in several parts, each with a class
 * of its own, and an error of one is caught in another.
 */
export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  const isOurs = error instanceof Error && error.name === "AppError" && "code" in error;
  return isOurs && (code === undefined || error.code === code);
}
