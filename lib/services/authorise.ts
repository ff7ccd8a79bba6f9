import { type Action, type Actor, can } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";

/** Throws unless the policy allows the action. Every service that changes or shows something private begins with it. */
export function authorise(actor: Actor, action: Action): void {
  const answer = can(actor, action);
  if (!answer.ok) throw new AppError(answer.code);
}

/** The account that acts; an operator at the console and an anonymous visitor have none. */
export function accountOf(actor: Actor): string {
  if (actor.kind !== "user") throw new AppError("unauthenticated");
  return actor.userId;
}

/** Who did it, for events and the audit: a user's id, or the console. */
export function actorName(actor: Actor): string {
  if (actor.kind === "user") return actor.userId;
  return actor.kind;
}
