import { currentRequest } from "#lib/container.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import type { Deps } from "#lib/ports/deps.ts";

/** Lets the line of this request say whose it is, as a digest that this instance alone can make. Returns the actor. */
export function noteActor(deps: Pick<Deps, "rules">, actor: Actor): Actor {
  const request = currentRequest();
  if (request && actor.kind === "user")
    request.principal = sha256Hex(`${deps.rules.secret}|principal|${actor.userId}`).slice(0, 16);
  return actor;
}
