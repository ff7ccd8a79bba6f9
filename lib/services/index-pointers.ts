import type { Actor } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { UpsertRequest } from "#lib/domain/wire/messages.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { accountOf, authorise } from "./authorise.ts";

/**
 * Answers the older client's index call. The index is made from stored episodes alone; this only checks that each pointer
 * belongs to something that the account uploaded, and takes nothing from the body (wire-protocol.md 0.6).
 */
export async function acceptPointers(deps: Deps, actor: Actor, input: UpsertRequest): Promise<void> {
  authorise(actor, "episode.upload");
  const account = accountOf(actor);
  for (const { id } of input.vectors) {
    const known = id.startsWith("snapshot:")
      ? await deps.store.snapshots.external(id.slice("snapshot:".length), account)
      : await deps.store.episodes.byDeclaredId(account, id);
    if (!known) throw new AppError("not_found", { detail: "No upload of this account has that id." });
  }
}
