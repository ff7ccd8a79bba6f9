import type { Actor } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { actorName, authorise } from "./authorise.ts";

const VALID_MINUTES = 30;

/**
 * A one-time link that signs a known person in, for an instance without mail: made at the operator's console, good once and
 * for 30 minutes. The digest is the one that the sign-in library computes of a token that comes back.
 */
export async function createSignInLink(deps: Deps, actor: Actor, input: { email: string }): Promise<string> {
  authorise(actor, "instance.manage");
  const user = await deps.store.accounts.byEmail(input.email);
  if (!user)
    throw new AppError("not_found", {
      detail: "No user has that address. Make one with: user create EMAIL --role ROLE",
    });
  const token = deps.ids.hex(32);
  const at = deps.clock.now();
  await deps.store.accounts.insertSignInToken({
    email: user.email,
    digest: sha256Hex(`${token}${deps.rules.secret}`),
    expiresAt: new Date(at.getTime() + VALID_MINUTES * 60_000),
  });
  await deps.store.audit.append({
    at,
    actor: actorName(actor),
    action: "sign_in_link.create",
    subject: user.id,
  });
  const link = new URL("/api/auth/callback/email", deps.rules.publicUrl);
  link.search = new URLSearchParams({
    callbackUrl: deps.rules.publicUrl,
    token,
    email: user.email,
  }).toString();
  return link.href;
}
