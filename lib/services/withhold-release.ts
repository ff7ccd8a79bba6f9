import { type Actor, can } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import { reasonOf } from "#lib/domain/registry.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Snapshot } from "#lib/ports/snapshots.ts";
import type { Store } from "#lib/ports/store.ts";
import { authorise } from "./authorise.ts";
import { decideOnSnapshot, demandSecondPerson, lockSnapshot } from "./release-state.ts";
import { remember, rememberLifted } from "./remember.ts";

/** Stops serving a release's data files at once. In an emergency one moderator may do it alone; it can be undone. */
export async function withholdSnapshot(
  deps: Deps,
  actor: Actor,
  input: { version: string },
): Promise<Snapshot> {
  if (!can(actor, "episode.take_down").ok) authorise(actor, "snapshot.publish");
  return deps.store.transaction(async (tx) => {
    await tx.lock("publish");
    const snapshot = await lockSnapshot(tx, input.version);
    const after = await decideOnSnapshot(deps, tx, { actor, snapshot, event: "withheld" });
    await remember(deps, tx, [{ type: "snapshot.withheld", version: snapshot.version }]);
    return after;
  });
}

/** Ends a false alarm. A release that a newer one has replaced meanwhile goes back to superseded. */
export async function releaseWithheld(
  deps: Deps,
  actor: Actor,
  input: { version: string },
): Promise<Snapshot> {
  authorise(actor, "snapshot.publish");
  const released = await deps.store.transaction(async (tx) => {
    await tx.lock("publish");
    if ((await tx.instance.read()).paused) throw new AppError("paused");
    const snapshot = await lockSnapshot(tx, input.version);
    const after = await decideOnSnapshot(deps, tx, { actor, snapshot, event: "released" });
    const others = (await tx.snapshots.list()).filter(
      ({ id, state }) => state === "published" && id !== snapshot.id,
    );
    return others.length === 0
      ? after
      : decideOnSnapshot(deps, tx, { actor, snapshot: after, event: "superseded" });
  });
  const isServed = async (tx: Store) =>
    ["published", "superseded"].includes((await tx.snapshots.lock(released.id))?.state ?? "");
  await rememberLifted(deps, { type: "snapshot.released", version: released.version }, isServed);
  return released;
}

/**
 * Ends the serving of a release's data for ever, with a closed reason; page, manifest and card stay. Where two people could
 * decide, another one must have withheld it first.
 */
export async function yankSnapshot(
  deps: Deps,
  actor: Actor,
  input: { version: string; reason: string },
): Promise<Snapshot> {
  authorise(actor, "snapshot.publish");
  if (!reasonOf("yank", input.reason)) {
    throw new AppError("input_invalid", { faults: [{ code: "unknown_reason", path: "$.reason" }] });
  }
  return deps.store.transaction(async (tx) => {
    await tx.lock("publish");
    const snapshot = await lockSnapshot(tx, input.version);
    await demandSecondPerson(tx, { actor, snapshot, earlier: "withheld" });
    const change = { reasonCode: input.reason };
    const after = await decideOnSnapshot(deps, tx, { actor, snapshot, event: "yanked", change });
    await remember(deps, tx, [{ type: "snapshot.yanked", version: snapshot.version }]);
    return after;
  });
}
