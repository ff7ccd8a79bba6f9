import type { Actor } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Store } from "#lib/ports/store.ts";
import { actorName, authorise } from "./authorise.ts";

/** Is ingest, automatic release and publishing stopped on this instance? */
export async function isPaused(deps: Deps): Promise<boolean> {
  return (await deps.store.instance.read()).paused;
}

/** Throws `paused` while the operator has stopped uploads. */
export async function demandRunning(store: Store): Promise<void> {
  const { paused } = await store.instance.read();
  if (!paused) return;
  throw new AppError("paused", {
    detail: "The operator has paused uploads. Try again later; nothing is lost.",
    forVisitor: true,
  });
}

/** Stops ingest, automatic release and publishing at once, or lets them go on (permanence.md 24). Reading goes on. */
export async function setPaused(deps: Deps, actor: Actor, input: { paused: boolean }): Promise<void> {
  authorise(actor, "instance.pause");
  await deps.store.transaction(async (tx) => {
    await tx.instance.write({ paused: input.paused });
    await tx.audit.append({
      at: deps.clock.now(),
      actor: actorName(actor),
      action: input.paused ? "instance.pause" : "instance.resume",
      subject: null,
    });
    // what waited for the end of the pause is looked at again
    if (!input.paused) await tx.jobs.enqueue({ name: "sweep" });
  });
}
