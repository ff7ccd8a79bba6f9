import { AppError, isAppError } from "#lib/domain/errors.ts";
import type { SnapshotState } from "#lib/domain/lifecycle/snapshot-states.ts";
import type { Snapshot } from "#lib/ports/snapshots.ts";
import { readRelease } from "#lib/services/read-release.ts";
import {
  approveSnapshot,
  listSnapshots,
  patchSnapshot,
  publishSnapshot,
  rebuildSnapshot,
  requestSnapshot,
} from "#lib/services/release.ts";
import { counted, sayDetail } from "./say.ts";
import type { Stage } from "./stage.ts";
import { waitUntil } from "./wait.ts";

export const FIRST_VERSION = "1.0.0";

/** Freezes, builds, approves and publishes the first release of what is published now. */
export async function releasing(stage: Stage): Promise<void> {
  const { deps, people } = stage;
  const before = await findSnapshot(stage, ({ version }) => version === FIRST_VERSION);
  if (!before) await requestSnapshot(deps, people.releaseManager.actor, { version: FIRST_VERSION });
  await bringOut(stage, FIRST_VERSION);
}

/** Re-cuts the first release without what was withdrawn from it. */
export async function patching(stage: Stage): Promise<void> {
  const { deps, people } = stage;
  const patch =
    (await patchOfFirst(stage)) ??
    (await patchSnapshot(deps, people.releaseManager.actor, { version: FIRST_VERSION }));
  await bringOut(stage, patch.version);
}

/** The removal-only release that followed the first, if there is one. */
export function patchOfFirst(stage: Stage): Promise<Snapshot | undefined> {
  return findSnapshot(stage, ({ baseVersion, removalOnly }) => removalOnly && baseVersion === FIRST_VERSION);
}

export async function findSnapshot(
  { deps, people }: Stage,
  isWanted: (snapshot: Snapshot) => boolean,
): Promise<Snapshot | undefined> {
  return (await listSnapshots(deps, people.releaseManager.actor)).findLast(isWanted);
}

const OUT: readonly SnapshotState[] = ["published", "superseded", "withheld", "yanked"];
const AT_WORK: readonly SnapshotState[] = ["draft", "building", "built"];

/** Takes a version from whatever state it is in to its release, as the release manager. */
async function bringOut(stage: Stage, version: string): Promise<void> {
  const stateNow = async () => {
    const snapshot = await findSnapshot(stage, (candidate) => candidate.version === version);
    if (!snapshot) throw new AppError("not_found", { detail: `there is no snapshot ${version}` });
    return snapshot;
  };
  let rebuilt = false;
  for (
    let { state, failure } = await stateNow();
    !OUT.includes(state);
    { state, failure } = await stateNow()
  ) {
    if (AT_WORK.includes(state)) {
      sayDetail(`${version}: the worker builds it, and builds it again to compare the digests`);
      const isBuilt = async () => !AT_WORK.includes((await stateNow()).state);
      await waitUntil(stage, isBuilt, async () => `${version} is ${(await stateNow()).state}`);
      continue;
    }
    if (state === "failed" && rebuilt) {
      throw new AppError("snapshot_guard", { detail: `the build of ${version} failed (${failure})` });
    }
    rebuilt = (await takeStep(stage, { version, state })) || rebuilt;
  }
  const { members, train, val, bytes, removedCount } = await readRelease(stage.deps, version);
  const removed = removedCount > 0 ? `, ${removedCount} removed` : "";
  sayDetail(
    `${version}: ${counted(members, "episode")} (train ${train}, val ${val})${removed}, ${bytes} bytes`,
  );
}

/** One step of the release manager; true if the version has to be built again. */
async function takeStep(stage: Stage, input: { version: string; state: SnapshotState }): Promise<boolean> {
  const { deps } = stage;
  const { version, state } = input;
  const { actor } = stage.people.releaseManager;
  if (state === "verified") {
    await approveSnapshot(deps, actor, { version });
    sayDetail(`${version}: verified and approved`);
    return false;
  }
  if (state === "approved") {
    try {
      await publishSnapshot(deps, actor, { version });
      return false;
    } catch (error) {
      // something was withdrawn between build and publication, as when an earlier run was cut off there
      if (!isAppError(error, "snapshot_guard")) throw error;
    }
  }
  await rebuildSnapshot(deps, actor, { version });
  sayDetail(`${version}: is built again`);
  return true;
}
