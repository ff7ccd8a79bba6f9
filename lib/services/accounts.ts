import { type Actor, ANONYMOUS, type Role } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { User } from "#lib/ports/accounts.ts";
import { actorName, authorise } from "./authorise.ts";
import { remember } from "./remember.ts";

const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/;

/** Makes a user, or finds the one who has the address, and grants the role. */
export async function createUser(
  deps: Deps,
  actor: Actor,
  input: { email: string; role: Role },
): Promise<User> {
  authorise(actor, "instance.manage");
  if (!EMAIL.test(input.email))
    throw new AppError("input_invalid", { detail: "That is not an e-mail address." });
  return deps.store.transaction(async (tx) => {
    const user = await tx.accounts.ensure(input.email);
    await tx.accounts.grantRole(user.id, input.role);
    await tx.audit.append({
      at: deps.clock.now(),
      actor: actorName(actor),
      action: `role.grant.${input.role}`,
      subject: user.id,
    });
    return (await tx.accounts.byId(user.id)) ?? user;
  });
}

/** Gives a role to a user who is there: a slip in the address makes nobody an admin. */
export async function grantRole(
  deps: Deps,
  actor: Actor,
  input: { email: string; role: Role },
): Promise<User> {
  authorise(actor, "instance.manage");
  const user = await deps.store.accounts.byEmail(input.email);
  if (!user) {
    throw new AppError("not_found", {
      detail: "No user has that address: `npm run admin -- user create EMAIL --role ROLE` makes one.",
    });
  }
  return createUser(deps, actor, input);
}

/** Takes a role away, for good even over a restored backup, and ends the person's sessions. */
export async function revokeRole(
  deps: Deps,
  actor: Actor,
  input: { email: string; role: Role },
): Promise<void> {
  authorise(actor, "instance.manage");
  await deps.store.transaction(async (tx) => {
    const user = await tx.accounts.byEmail(input.email);
    if (!user) throw new AppError("not_found", { detail: "No user has that address." });
    await tx.accounts.revokeRole(user.id, input.role);
    await tx.accounts.revokeSessions(user.id);
    await remember(deps, tx, [
      { type: "role.revoked", account: user.id, role: input.role },
      { type: "sessions.revoked", account: user.id },
    ]);
    await tx.audit.append({
      at: deps.clock.now(),
      actor: actorName(actor),
      action: `role.revoke.${input.role}`,
      subject: user.id,
    });
  });
}

/** The actor behind a session's user id, with the roles as they are now. */
export async function sessionActor(deps: Deps, userId: string | undefined): Promise<Actor> {
  if (!userId) return ANONYMOUS;
  const user = await deps.store.accounts.byId(userId);
  return user ? { kind: "user", userId: user.id, roles: user.roles, via: "session" } : ANONYMOUS;
}
