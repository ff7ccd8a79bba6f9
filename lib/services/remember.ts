import type { PermanenceFact } from "#lib/domain/permanence/entries.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Episode } from "#lib/ports/episodes.ts";
import type { Store } from "#lib/ports/store.ts";
import { demandOwnStore } from "./store-owner.ts";

/**
 * Writes facts to the never-forget log before the transaction that they belong to commits, and so before any answer is sent
 * (permanence.md 13). The lock makes one process at a time extend the chain. If the transaction then fails, the log knows
 * more than the database: the next start applies it, which withdraws what somebody asked to withdraw. So only facts that hold
 * something back may be written here; what lifts them goes through `rememberLifted`.
 */
export async function remember(deps: Deps, tx: Store, facts: readonly PermanenceFact[]): Promise<void> {
  if (facts.length === 0) return;
  await demandOwnStore({ ...deps, store: tx });
  await tx.lock("permanence");
  const permanenceHead = await deps.permanence.append(facts, deps.clock.now());
  await tx.instance.write({ permanenceHead });
}

/**
 * Writes that a measure was lifted, in a transaction of its own after the one that lifted it, and only if it still is. Written
 * before, it would outlive a lift that failed to commit, and an older copy of the database would come back without the
 * measure. Cut off in between, the log says "held", and the next start holds back again: a person has to lift it anew.
 */
export async function rememberLifted(
  deps: Deps,
  fact: PermanenceFact,
  isLifted: (tx: Store) => Promise<boolean>,
): Promise<void> {
  await deps.store.transaction(async (tx) => {
    if (await isLifted(tx)) await remember(deps, tx, [fact]);
  });
}

/** An episode's names as the log keeps them: enough to refuse it in a database that has lost its row. */
export function namesIn(episode: Episode): {
  account: string;
  declaredId: string;
  publicId: string;
  slot?: string;
} {
  const { account, declaredId, id, slot } = episode;
  return { account, declaredId, publicId: id, ...(slot === null ? {} : { slot }) };
}
