import type { Actor } from "#lib/domain/access/policy.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { actorName, authorise } from "./authorise.ts";
import { remember } from "./remember.ts";

/** Ends everybody's sessions and the sign-in links that wait, for good even over a restored copy. Answers how many people had one. */
export async function endAllSessions(deps: Deps, actor: Actor): Promise<number> {
  authorise(actor, "instance.manage");
  return deps.store.transaction(async (tx) => {
    const accounts = await tx.accounts.revokeAllSessions();
    await remember(
      deps,
      tx,
      accounts.map((account) => ({ type: "sessions.revoked", account })),
    );
    await tx.audit.append({
      at: deps.clock.now(),
      actor: actorName(actor),
      action: "sessions.end_all",
      subject: null,
    });
    return accounts.length;
  });
}
