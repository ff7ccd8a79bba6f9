import { AppError, type ErrorCode, isAppError } from "#lib/domain/errors.ts";
import type { Problem } from "#lib/domain/wire/messages.ts";
import { currentRequest } from "#lib/container.ts";
import { OverLimit } from "./limits.ts";

/** Status and title of every code: the one place where a refusal becomes HTTP (specifics.md, "Answers"). */
const ANSWERS: Record<ErrorCode, { status: number; title: string }> = {
  body_too_large: { status: 413, title: "The body is too large." },
  unsupported_media_type: { status: 415, title: "The content type or encoding is not supported." },
  malformed_json: { status: 400, title: "The body is not JSON." },
  malformed_text: { status: 400, title: "The body is not well-formed text." },
  too_deep: { status: 422, title: "The record is nested too deeply." },
  schema_invalid: { status: 422, title: "The record does not follow the schema." },
  schema_unknown: { status: 422, title: "The record names an unknown schema." },
  license_unknown: { status: 422, title: "The licence is not one of CC0-1.0 and CC-BY-4.0." },
  consent_missing: { status: 422, title: "The record lacks consent to publication and training." },
  consent_version_unknown: { status: 422, title: "The consent version is not accepted here." },
  id_mismatch: { status: 422, title: "The id does not follow from the content hash." },
  hash_mismatch: { status: 422, title: "The content hash does not follow from the record." },
  nonce_missing: { status: 422, title: "The record has no nonce." },
  slot_missing: { status: 422, title: "The record has no private part with a slot." },
  disclosure_mismatch: { status: 422, title: "The record holds what its disclosure forbids." },
  rights_not_affirmed: { status: 422, title: "The right to publish this repository's text is not affirmed." },
  sanitizer_finding: { status: 422, title: "The text holds what looks like a secret or personal data." },
  id_conflict: { status: 409, title: "Another record has this id." },
  input_invalid: { status: 422, title: "The input is not valid." },
  not_found: { status: 404, title: "Not found." },
  gone: { status: 410, title: "This is not available any more." },
  legally_withheld: { status: 451, title: "This is withheld under a legal order." },
  withdrawn: { status: 410, title: "This was withdrawn by its contributor." },
  slot_refused: { status: 409, title: "This part of the session is not accepted again." },
  upload_expired: { status: 410, title: "The upload URL has expired. Ask for a new one." },
  upload_incomplete: { status: 409, title: "The body has not been uploaded yet." },
  upload_conflict: { status: 409, title: "The upload does not match what was announced or sent before." },
  upload_mismatch: { status: 422, title: "The uploaded body is not the announced episode." },
  unauthenticated: { status: 401, title: "A valid token is needed." },
  token_expired: { status: 401, title: "The token has expired." },
  forbidden: { status: 403, title: "This account may not do that." },
  scope_missing: { status: 403, title: "The token lacks the scope for that." },
  rate_limited: { status: 429, title: "Too many requests. Try again in a moment." },
  limit_reached: { status: 409, title: "A limit is reached." },
  illegal_transition: { status: 409, title: "The current state does not allow that." },
  version_conflict: { status: 409, title: "Somebody else changed this at the same time. Look again." },
  not_publishable: { status: 409, title: "The episode may not be public." },
  already_exists: { status: 409, title: "That exists already." },
  paused: { status: 503, title: "The operator has paused this." },
  snapshot_guard: { status: 409, title: "A member of the snapshot may not be public any more." },
  storage_full: { status: 503, title: "The server has no room left." },
  unavailable: { status: 503, title: "The server can't do this right now." },
  permanence_broken: { status: 503, title: "The server can't do this right now." },
  configuration_invalid: { status: 500, title: "The server is not set up correctly." },
  internal: { status: 500, title: "Something went wrong on the server." },
};

/**
 * What an error may say to the outside: its code, our own sentence and safe paths, and the id under which the log tells more; nothing of an
 * unexpected throw. What failed on our side is the operator's business, unless its sentence was written for visitors.
 */
export function problemOf(error: unknown): Problem {
  const known = isAppError(error) ? error : new AppError("internal");
  const { status, title } = ANSWERS[known.code];
  const requestId = currentRequest()?.id;
  return {
    type: `urn:trace-share:problem:${known.code}`,
    title,
    status,
    code: known.code,
    ...(known.detail && (status < 500 || known.forVisitor) ? { detail: known.detail } : {}),
    ...(known.faults.length > 0 ? { errors: [...known.faults] } : {}),
    // where the same is answered whatever the reason, not even this may differ (permanence.md 8, 17); every answer has it as a header
    ...(requestId === undefined || status < 500 ? {} : { request_id: requestId }),
  };
}

/** Seconds after which to come back where the refusal does not know better. */
const RETRY_SECONDS: Readonly<Record<number, number>> = { 429: 6, 503: 30 };

/** Seconds after which what was refused is worth another try; undefined where it never is. */
export function retryAfterOf(error: unknown): number | undefined {
  return error instanceof OverLimit ? error.retryAfterSeconds : RETRY_SECONDS[problemOf(error).status];
}

/** RFC 9457 answer. 429 and 503 name a time to come back; 401 names the scheme. */
export function problemResponse(error: unknown): Response {
  const problem = problemOf(error);
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== undefined) headers.set("retry-after", String(retryAfter));
  if (problem.status === 401) headers.set("www-authenticate", "Bearer");
  return new Response(`${JSON.stringify(problem)}\n`, { status: problem.status, headers });
}
