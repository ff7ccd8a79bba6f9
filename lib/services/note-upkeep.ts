import type { Actor } from "#lib/domain/access/policy.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { OperationRun } from "#lib/ports/operations.ts";
import { actorName, authorise } from "./authorise.ts";

/** Writes into the audit what was done to the instance, as a closed code, and keeps the run's numbers where there are any. */
export async function noteUpkeep(
  deps: Deps,
  actor: Actor,
  { action, runs = [] }: { action: string; runs?: readonly Omit<OperationRun, "at">[] },
): Promise<void> {
  authorise(actor, "instance.manage");
  const at = deps.clock.now();
  await deps.store.transaction(async (tx) => {
    for (const run of runs) await tx.operations.note({ ...run, at });
    await tx.audit.append({ at, actor: actorName(actor), action, subject: null });
  });
}
