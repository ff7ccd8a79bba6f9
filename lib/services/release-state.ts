import type { Actor, Role } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import { type SnapshotEvent, snapshotTransition } from "#lib/domain/lifecycle/snapshot-states.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { EventCause } from "#lib/ports/episodes.ts";
import type { Snapshot } from "#lib/ports/snapshots.ts";
import type { Store } from "#lib/ports/store.ts";
import { actorName } from "./authorise.ts";
import { causeOf } from "./episode-events.ts";

/** The snapshot of a version, locked until the transaction ends; `not_found` if there is none. */
export async function lockSnapshot(tx: Store, version: string): Promise<Snapshot> {
  const found = await tx.snapshots.byVersion(version);
  const locked = found ? await tx.snapshots.lock(found.id) : null;
  if (!locked) throw new AppError("not_found", { detail: "There is no snapshot of that version." });
  return locked;
}

type Move = {
  snapshot: Snapshot;
  event: SnapshotEvent;
  cause: Pick<EventCause, "actor" | "actorId" | "at">;
  /** What else the event writes. */
  change?: Partial<Snapshot>;
};

/** The one way a snapshot's state changes: asks the pure table, appends the event and writes the row. */
export async function moveSnapshot(tx: Store, { snapshot, event, cause, change }: Move): Promise<Snapshot> {
  const answer = snapshotTransition(snapshot.state, event);
  if (!answer.ok) {
    throw new AppError("illegal_transition", {
      detail: `A snapshot that is ${answer.from} can't be ${answer.event}.`,
    });
  }
  const next = { ...snapshot, ...change, state: answer.to };
  await tx.snapshots.apply(snapshot, event, next, cause);
  return { ...next, revision: snapshot.revision + 1 };
}

/** A person's step: the move with an audit row. */
export async function decideOnSnapshot(
  deps: Deps,
  tx: Store,
  step: Omit<Move, "cause"> & { actor: Actor },
): Promise<Snapshot> {
  const cause = causeOf(deps, step.actor, "staff");
  const after = await moveSnapshot(tx, { ...step, cause });
  await tx.audit.append({
    at: cause.at,
    actor: actorName(step.actor),
    action: `snapshot.${step.event}`,
    subject: step.snapshot.version,
  });
  return after;
}

const RELEASE_ROLES: readonly Role[] = ["release_manager", "admin"];

/**
 * As soon as two people could decide on releases, the person of an earlier step may not be the one of this step. The console
 * counts as one person (docs/GOVERNANCE.md).
 */
export async function demandSecondPerson(
  tx: Store,
  input: { actor: Actor; snapshot: Snapshot; earlier: SnapshotEvent },
): Promise<void> {
  if ((await tx.accounts.countWithAnyRole(RELEASE_ROLES)) < 2) return;
  const log = await tx.snapshots.log(input.snapshot.id);
  const step = log.findLast(({ event }) => event === input.earlier);
  const person = input.actor.kind === "user" ? input.actor.userId : null;
  if (step && step.actorId !== person) return;
  throw new AppError("forbidden", {
    detail: `Another person has to take this step than the one of "${input.earlier}".`,
  });
}
