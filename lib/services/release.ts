import type { Actor } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { SnapshotState } from "#lib/domain/lifecycle/snapshot-states.ts";
import { Manifest } from "#lib/domain/snapshot/manifest.ts";
import { removalPlan } from "#lib/domain/snapshot/scrub.ts";
import { DEFAULT_SEEDS } from "#lib/domain/snapshot/split.ts";
import { compareVersions, nextMajor, parseVersion } from "#lib/domain/snapshot/version.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Snapshot } from "#lib/ports/snapshots.ts";
import type { Store } from "#lib/ports/store.ts";
import { actorName, authorise } from "./authorise.ts";
import { causeOf } from "./episode-events.ts";
import { askGuard, currentRules } from "./instance-rules.ts";
import { isPublicRelease } from "./public-releases.ts";
import { decideOnSnapshot, demandSecondPerson, lockSnapshot } from "./release-state.ts";

const LABEL_KEY_BYTES = 32;

/**
 * Freezes the list of what is published now as the draft of a version, and has it built. Throws `input_invalid` for a version
 * that is no `MAJOR.MINOR.PATCH` or not newer than every release, `already_exists`, and `snapshot_guard` if nothing is published.
 */
export async function requestSnapshot(
  deps: Deps,
  actor: Actor,
  input: { version: string; base?: string | undefined },
): Promise<Snapshot> {
  authorise(actor, "snapshot.build");
  return deps.store.transaction(async (tx) => {
    await tx.lock("publish");
    await demandNewVersion(tx, input.version);
    const base = input.base === undefined ? null : await lockSnapshot(tx, input.base);
    if (base && !isPublicRelease(base))
      throw new AppError("input_invalid", { detail: "The base was never published." });
    // read first, so that the frozen list reflects every event up to it
    const asOfSeq = await tx.episodes.eventHead();
    const memberIds: string[] = [];
    for await (const id of tx.episodes.idsByState(["published"])) memberIds.push(id);
    const draft = {
      version: input.version,
      seed: DEFAULT_SEEDS["session-group-v2"],
      labelKey: deps.ids.hex(LABEL_KEY_BYTES),
      baseVersion: base?.version ?? null,
      removalOnly: false,
      asOfSeq,
    };
    return freeze(deps, tx, { actor, draft, memberIds });
  });
}

/**
 * Re-cuts a release without the members that are not published any more, as the next major version: same freeze, seed and
 * label key, so that every remaining row and its split stay as they are. Throws `input_invalid` if there is nothing to remove.
 */
export async function patchSnapshot(deps: Deps, actor: Actor, input: { version: string }): Promise<Snapshot> {
  authorise(actor, "snapshot.build");
  return deps.store.transaction(async (tx) => {
    await tx.lock("publish");
    const base = await lockSnapshot(tx, input.version);
    if (!isPublicRelease(base))
      throw new AppError("input_invalid", { detail: "Only a release can be patched." });
    const withdrawn = new Set((await tx.snapshots.withdrawnMembers(base.id)).map(({ id }) => id));
    const plan = removalPlan(await releasedMembers(tx, base), (id) => !withdrawn.has(id));
    if (plan.removed.length === 0) {
      throw new AppError("input_invalid", { detail: "Every record of this release is still published." });
    }
    const versions = (await tx.snapshots.list()).map(({ version }) => version);
    const { seed, labelKey, asOfSeq } = base;
    const draft = {
      version: nextMajor(versions),
      seed,
      labelKey,
      baseVersion: base.version,
      removalOnly: true,
      asOfSeq,
    };
    return freeze(deps, tx, { actor, draft, memberIds: plan.members.map(({ id }) => id) });
  });
}

const WAITING_STATES: readonly SnapshotState[] = ["draft", "building", "failed"];

/**
 * Builds a version again from its frozen list: after a failure, to leave out what was withdrawn since it was built, or to take
 * over a build that nobody works on any more.
 */
export async function rebuildSnapshot(
  deps: Deps,
  actor: Actor,
  input: { version: string },
): Promise<Snapshot> {
  authorise(actor, "snapshot.build");
  return deps.store.transaction(async (tx) => {
    const snapshot = await lockSnapshot(tx, input.version);
    const waits = WAITING_STATES.includes(snapshot.state);
    const draft = waits
      ? snapshot
      : await decideOnSnapshot(deps, tx, { actor, snapshot, event: "discarded" });
    await tx.jobs.enqueue({ name: "build-snapshot", snapshotId: snapshot.id });
    return draft;
  });
}

/** Signs that the data card of a verified snapshot was read and the release may go out. */
export async function approveSnapshot(
  deps: Deps,
  actor: Actor,
  input: { version: string },
): Promise<Snapshot> {
  authorise(actor, "snapshot.publish");
  return deps.store.transaction(async (tx) => {
    const snapshot = await lockSnapshot(tx, input.version);
    return decideOnSnapshot(deps, tx, { actor, snapshot, event: "approved" });
  });
}

/**
 * Publishes an approved snapshot. One transaction locks every member and asks the guard about each as it is now: one that
 * fails stops the release (`snapshot_guard`). The release before it becomes superseded. Throws `paused` while the instance is,
 * and `forbidden` if the approval is the same person's and there are two; a removal-only patch needs one person only.
 */
export async function publishSnapshot(
  deps: Deps,
  actor: Actor,
  input: { version: string },
): Promise<Snapshot> {
  authorise(actor, "snapshot.publish");
  return deps.store.transaction(async (tx) => {
    await tx.lock("publish");
    const snapshot = await lockSnapshot(tx, input.version);
    if ((await tx.instance.read()).paused) throw new AppError("paused");
    if (!snapshot.removalOnly) await demandSecondPerson(tx, { actor, snapshot, earlier: "approved" });
    await demandPublishableMembers(tx, snapshot);
    const older = (await tx.snapshots.list()).filter(({ state }) => state === "published");
    if (older.some(({ version }) => compareVersions(version, snapshot.version) > 0)) {
      throw new AppError("snapshot_guard", { detail: "A newer version is published already." });
    }
    const change = { publishedAt: deps.clock.now() };
    const published = await decideOnSnapshot(deps, tx, { actor, snapshot, event: "published", change });
    for (const { version } of older) {
      const locked = await lockSnapshot(tx, version);
      await decideOnSnapshot(deps, tx, { actor, snapshot: locked, event: "superseded" });
    }
    return published;
  });
}

/** Every snapshot in every state, newest first, for those who build them. */
export async function listSnapshots(deps: Deps, actor: Actor): Promise<Snapshot[]> {
  authorise(actor, "snapshot.build");
  return deps.store.snapshots.list();
}

type Draft = Pick<Snapshot, "version" | "seed" | "labelKey" | "baseVersion" | "removalOnly" | "asOfSeq">;

async function freeze(
  deps: Deps,
  tx: Store,
  input: { actor: Actor; draft: Draft; memberIds: readonly string[] },
): Promise<Snapshot> {
  const { actor, draft, memberIds } = input;
  if (memberIds.length === 0)
    throw new AppError("snapshot_guard", { detail: "There is nothing to release." });
  const { at } = causeOf(deps, actor, "staff");
  const snapshot: Snapshot = {
    ...draft,
    id: deps.ids.uuid(),
    state: "draft",
    denyListSeq: await tx.denyList.head(),
    createdAt: at,
    publishedAt: null,
    failure: null,
    reasonCode: null,
    manifest: null,
    dataCard: null,
    revision: 0,
  };
  await tx.snapshots.insert(snapshot, memberIds);
  await tx.audit.append({
    at,
    actor: actorName(actor),
    action: "snapshot.request",
    subject: snapshot.version,
  });
  await tx.jobs.enqueue({ name: "build-snapshot", snapshotId: snapshot.id });
  return snapshot;
}

async function demandNewVersion(tx: Store, version: string): Promise<void> {
  const refuse = (code: string) => {
    throw new AppError("input_invalid", { faults: [{ code, path: "$.version" }] });
  };
  if (!parseVersion(version)) refuse("version_invalid");
  const all = await tx.snapshots.list();
  if (all.some((snapshot) => snapshot.version === version)) throw new AppError("already_exists");
  const released = all.filter(isPublicRelease);
  if (released.some((snapshot) => compareVersions(snapshot.version, version) > 0))
    refuse("version_not_newer");
}

async function releasedMembers(tx: Store, base: Snapshot): Promise<{ id: string; split: "train" | "val" }[]> {
  const members: { id: string; split: "train" | "val" }[] = [];
  for await (const { episodeId, split } of tx.snapshots.members(base.id)) {
    if (split) members.push({ id: episodeId, split });
  }
  return members;
}

/** Locks every member and asks the guard about each, a batch at a time. A member that is missing counts as failed. */
async function demandPublishableMembers(tx: Store, snapshot: Snapshot): Promise<void> {
  const stated = Manifest.safeParse(snapshot.manifest);
  if (!stated.success) throw new AppError("illegal_transition", { detail: "The snapshot is not built." });
  const rules = await currentRules(tx);
  let seen = 0;
  let failed = 0;
  for await (const members of tx.snapshots.lockMembers(snapshot.id)) {
    const blocked = await tx.cases.blockedAmong(members.map(({ id }) => id));
    seen += members.length;
    for (const episode of members) {
      const mayStay = episode.lifecycle.state === "published" && !episode.sharedToken;
      if (!mayStay || !(await askGuard(tx, episode, { rules, blocked })).ok) failed++;
    }
  }
  // a large release takes its time, and a pause works at once (permanence.md 24)
  if ((await tx.instance.read()).paused) throw new AppError("paused");
  failed += Math.abs(stated.data.members - seen);
  if (failed === 0) return;
  throw new AppError("snapshot_guard", {
    detail: `${failed} of ${stated.data.members} records may not be published any more. Build the version again.`,
  });
}
