import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type Actor, OPERATOR, type Role } from "#lib/domain/access/policy.ts";
import { isAppError } from "#lib/domain/errors.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { createUser, sessionActor } from "#lib/services/accounts.ts";
import { authenticateToken, createToken } from "#lib/services/tokens.ts";

export type Person = { email: string; actor: Actor };
export type People = { contributor: Person; moderator: Person; releaseManager: Person };

const TOKEN_DAYS = 30;

/** The three people of the demo, made on the first run. */
export async function meetPeople(deps: Deps): Promise<People> {
  return {
    contributor: await meet(deps, "contributor@demo.example", "contributor"),
    moderator: await meet(deps, "moderator@demo.example", "moderator"),
    releaseManager: await meet(deps, "releases@demo.example", "release_manager"),
  };
}

async function meet(deps: Deps, email: string, role: Role): Promise<Person> {
  const known = await deps.store.accounts.byEmail(email);
  const user = known?.roles.includes(role) ? known : await createUser(deps, OPERATOR, { email, role });
  return { email, actor: await sessionActor(deps, user.id) };
}

/** The contributor's token for the CLI: the one of the last run while it is valid, else a new one. */
export async function tokenOf(deps: Deps, person: Person, file: string): Promise<string> {
  const kept = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (await isValid(deps, kept)) return kept;
  const { token } = await createToken(deps, person.actor, {
    name: "demo",
    scopes: ["read", "episodes:write", "episodes:revoke"],
    days: TOKEN_DAYS,
  });
  writeFileSync(file, token, { mode: 0o600 });
  return token;
}

async function isValid(deps: Deps, token: string): Promise<boolean> {
  try {
    await authenticateToken(deps, token);
    return true;
  } catch (error) {
    if (isAppError(error, "unauthenticated") || isAppError(error, "token_expired")) return false;
    throw error;
  }
}
