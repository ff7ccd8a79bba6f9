import { type Actor, ANONYMOUS } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import type { Deps } from "#lib/ports/deps.ts";

/** How often one caller may do a thing, per window of so many seconds. */
const LIMITS = {
  upload: { hits: 1_200, seconds: 60 },
  /** Batches; each of their records counts as an upload too. */
  batch: { hits: 300, seconds: 60 },
  revoke: { hits: 120, seconds: 60 },
  read: { hits: 600, seconds: 60 },
  report: { hits: 20, seconds: 3_600 },
  sign_in: { hits: 10, seconds: 3_600 },
  snapshot: { hits: 60, seconds: 60 },
} as const;
export type LimitName = keyof typeof LIMITS;

/** Seconds within which the older client comes back by itself; a longer wait is a 503 for it (wire-protocol.md 0.4). */
const SOON = 6;

/** The refusal of a hit too many. It knows when the window ends. */
export class OverLimit extends AppError {
  readonly retryAfterSeconds: number;

  constructor(resetsInSeconds: number, detail: string) {
    super(resetsInSeconds <= SOON ? "rate_limited" : "unavailable", { detail, forVisitor: true });
    this.retryAfterSeconds = resetsInSeconds;
  }
}

/**
 * Counts one hit of the caller. Throws `rate_limited` (429) if waiting a few seconds helps, else `unavailable` (503). A
 * caller is an account, or an address that is kept only as a digest for the length of the window.
 */
export async function countHit(
  deps: Deps,
  name: LimitName,
  caller: { actor: Actor; request: Request },
): Promise<void> {
  const { hits, seconds } = LIMITS[name];
  const { count, resetsInSeconds } = await deps.keyValue.hit(`${name}|${callerKey(deps, caller)}`, seconds);
  if (count <= hits) return;
  deps.metrics.count("rate_limited_total", { limit: name });
  throw new OverLimit(resetsInSeconds, "Too many requests from here. Wait a while and try again.");
}

/**
 * Counts one sign-in link asked for: by who asks and by who would get the mail, so that nobody's mailbox is flooded from many
 * addresses. Throws as `countHit` does.
 */
export async function countSignInLink(
  deps: Deps,
  caller: { request: Request; email: string },
): Promise<void> {
  const { request, email } = caller;
  await countHit(deps, "sign_in", { actor: ANONYMOUS, request });
  const { hits, seconds } = LIMITS.sign_in;
  const recipient = sha256Hex(`${deps.rules.secret}|${email.trim().toLowerCase()}`).slice(0, 24);
  const { count } = await deps.keyValue.hit(`sign_in|recipient|${recipient}`, seconds);
  if (count <= hits) return;
  deps.metrics.count("rate_limited_total", { limit: "sign_in" });
  throw new AppError("unavailable", {
    detail: "Too many links were sent there. Use the last one, or wait an hour.",
    forVisitor: true,
  });
}

function callerKey(deps: Deps, { actor, request }: { actor: Actor; request: Request }): string {
  if (actor.kind === "user") return `account|${actor.userId}`;
  const address = request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "unknown";
  return `address|${sha256Hex(`${deps.rules.secret}|${address}`).slice(0, 24)}`;
}
