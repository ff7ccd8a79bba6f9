import { getServerSession } from "next-auth";
import { redirect } from "next/navigation";
import type { Actor } from "#lib/domain/access/policy.ts";
import { getDeps } from "#lib/container.ts";
import { sessionActor } from "#lib/services/accounts.ts";
import { authOptions } from "./auth.ts";
import { noteActor } from "./note-actor.ts";

export type Visitor = { actor: Actor; email: string | null };

/** Who looks at the page, with the roles as they are in the database now. */
export async function visitor(): Promise<Visitor> {
  const session = await getServerSession(await authOptions());
  const user: { id?: string; email?: string | null } | undefined = session?.user;
  const deps = await getDeps();
  const actor = noteActor(deps, await sessionActor(deps, user?.id));
  return { actor, email: user?.email ?? null };
}

/** The signed-in visitor; anyone else is sent to sign in and comes back after it. */
export async function signedIn(returnTo: `/${string}`): Promise<Visitor> {
  const found = await visitor();
  if (found.actor.kind !== "user") redirect(`/sign-in?callbackUrl=${encodeURIComponent(returnTo)}`);
  return found;
}
