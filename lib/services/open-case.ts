import { CASE_CATEGORIES, type CaseCategory } from "#lib/domain/lifecycle/case-states.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Case } from "#lib/ports/cases.ts";
import type { Store } from "#lib/ports/store.ts";
import { step } from "./cases.ts";
import { ruleCause } from "./episode-events.ts";

/**
 * The open case of an episode and category, or a new one, triaged at once. `blocks`: it keeps the episode from publication
 * before a person takes it. One case per episode and category: whatever else turns up joins it.
 */
export async function openCaseOf(
  deps: Deps,
  tx: Store,
  input: { episodeId: string; category: CaseCategory; blocks: boolean },
): Promise<Case> {
  const { episodeId, category, blocks } = input;
  const open = await tx.cases.lockOpen(episodeId, category);
  if (open) return open;
  const openedAt = deps.clock.now();
  const submitted: Case = {
    id: deps.ids.uuid(),
    number: await tx.cases.nextNumber(openedAt.getUTCFullYear()),
    episodeId,
    category,
    band: CASE_CATEGORIES[category].band,
    blocks,
    state: "submitted",
    claimedBy: null,
    outcome: null,
    reasonCode: null,
    statement: null,
    openedAt,
    decidedAt: null,
  };
  await tx.cases.insert(submitted);
  return step(tx, submitted, { event: "triage", change: {}, cause: ruleCause(deps) });
}
