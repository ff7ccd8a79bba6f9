import { forbidden, unauthorized } from "next/navigation";
import { cache } from "react";
import { getConfig } from "#lib/container.ts";
import { type Actor, can } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import { type Visitor, visitor } from "./session.ts";

/** Are pages and API for the people of this instance alone? */
export function isPrivate(): boolean {
  return getConfig().instanceAccess === "private";
}

/** Anybody on a public instance; on a private one who has a role here, and a token only with the scope `read`. */
export function mayRead(actor: Actor): boolean {
  return !isPrivate() || can(actor, "instance.read").ok;
}

/** Refuses who may not read this instance, with the code that says why. */
export function demandReader(actor: Actor): void {
  if (!isPrivate()) return;
  const answer = can(actor, "instance.read");
  if (answer.ok) return;
  const detail = "This instance is private. Sign in, or send a token with the scope read.";
  throw new AppError(answer.code, { detail });
}

const visitorOnce = cache(visitor);

/** For what makes the head of a page: refusing there would leave the visitor without a page that says so. */
export async function isReader(): Promise<boolean> {
  return mayRead((await visitorOnce()).actor);
}

/**
 * Who reads a page that is open to everybody on a public instance. First thing in each such page, and in whatever it reads: on a
 * private instance others get 401 with a way to sign in, or 403, and nothing of what the page would show.
 */
export const reader = cache(async (): Promise<Visitor> => {
  const found = await visitorOnce();
  if (mayRead(found.actor)) return found;
  if (found.actor.kind === "anonymous") unauthorized();
  forbidden();
});
