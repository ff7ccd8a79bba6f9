import { AppError, isAppError } from "#lib/domain/errors.ts";
import type { SnapshotState } from "#lib/domain/lifecycle/snapshot-states.ts";
import { checksumsText } from "#lib/domain/snapshot/checksums.ts";
import { dataCard } from "#lib/domain/snapshot/data-card.ts";
import { DATA_FILES, type MetadataFileName } from "#lib/domain/snapshot/files.ts";
import { type Manifest, manifestText } from "#lib/domain/snapshot/manifest.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Snapshot, SnapshotFile, SnapshotMember } from "#lib/ports/snapshots.ts";
import { ruleCause } from "./episode-events.ts";
import { moveSnapshot } from "./release-state.ts";
import { planBuild } from "./snapshot-plan.ts";
import { BuildFailure, verifySnapshot } from "./snapshot-verification.ts";
import { type WrittenData, writeDataFiles } from "./snapshot-data.ts";

/**
 * The job `build-snapshot`: builds a snapshot from its frozen list, then builds it a second time and compares. Safe to repeat
 * and to cut off: a build that a crash ended starts again under new object keys, and of two that run at once one gives up.
 * A build that fails leaves the state `failed` with a closed code, and throws, so that the job is tried again or parked.
 */
export async function buildSnapshot(deps: Deps, input: { snapshotId: string }): Promise<void> {
  let own = await start(deps, input.snapshotId);
  if (!own) return;
  try {
    if (own.state !== "built") own = await build(deps, own);
    await verifySnapshot(deps, own);
    own = await move(deps, own, "verified");
    await removeOtherAttempts(deps, own);
    deps.log.info("snapshot.verified", { version: own.version });
  } catch (error) {
    // another worker took the build over, and its job sees to it
    if (isAppError(error, "version_conflict")) return;
    await fail(deps, own, error);
    throw error;
  }
}

const BUILDABLE: readonly SnapshotState[] = ["draft", "building", "failed"];

/** Takes the build over; null if there is nothing left to do. A built snapshot only waits for its second build. */
async function start(deps: Deps, id: string): Promise<Snapshot | null> {
  return deps.store.transaction(async (tx) => {
    const snapshot = await tx.snapshots.lock(id);
    if (snapshot?.state === "built") return snapshot;
    if (!snapshot || !BUILDABLE.includes(snapshot.state)) return null;
    const change = { failure: null, manifest: null, dataCard: null };
    return moveSnapshot(tx, { snapshot, event: "build_started", cause: ruleCause(deps), change });
  });
}

async function build(deps: Deps, snapshot: Snapshot): Promise<Snapshot> {
  const prefix = `${versionPrefix(snapshot.version)}${deps.ids.hex(8)}/`;
  try {
    return await buildUnder(prefix, deps, snapshot);
  } catch (error) {
    // Nobody else knows of these objects: a worker that was stopped and wakes up after the build was done elsewhere has to clear
    // them away itself, and their text may be withdrawn by now. What a crash leaves goes with the next build.
    await removeAttempt(deps, prefix).catch(() =>
      deps.log.warn("snapshot.remains", { version: snapshot.version }),
    );
    throw error;
  }
}

async function buildUnder(prefix: string, deps: Deps, snapshot: Snapshot): Promise<Snapshot> {
  const plan = await planBuild(deps, snapshot);
  if (plan.members.length === 0) throw new BuildFailure("no_members");
  const data = await writeDataFiles(deps, { snapshot, plan, prefix });
  const { manifest } = data;
  const card = dataCard({ manifest, publicUrl: deps.rules.publicUrl });
  const files = [...dataFiles(data), ...(await writeMetadata(deps, { manifest, card, prefix }))];
  const splits = new Map(plan.members.map(({ id, split }) => [id, split]));
  return deps.store.transaction(async (tx) => {
    const members: SnapshotMember[] = [];
    for await (const episodeId of tx.snapshots.memberIds(snapshot.id)) {
      members.push({ episodeId, split: splits.get(episodeId) ?? null });
    }
    await tx.snapshots.setMembers(snapshot.id, members);
    await tx.snapshots.setFiles(snapshot.id, files);
    const change = { manifest, dataCard: card };
    return moveSnapshot(tx, { snapshot, event: "built", cause: ruleCause(deps), change });
  });
}

function versionPrefix(version: string): string {
  return `snapshots/${version}/`;
}

function dataFiles(data: WrittenData): SnapshotFile[] {
  return DATA_FILES.map((name) => ({ name, ...data.files[name] }));
}

/** Stores manifest, card and checksums; an object key is lower case whatever the file is called. */
async function writeMetadata(
  deps: Deps,
  input: { manifest: Manifest; card: string; prefix: string },
): Promise<SnapshotFile[]> {
  const { manifest, card, prefix } = input;
  const put = async (name: MetadataFileName, text: string): Promise<SnapshotFile> => {
    const bytes = new TextEncoder().encode(text);
    const objectKey = `${prefix}${name.toLowerCase()}`;
    await deps.objects.put(objectKey, bytes);
    const sha256 = sha256Hex(bytes);
    return { name, bytes: bytes.length, sha256, contentSha256: sha256, rows: null, objectKey };
  };
  const described = [await put("manifest.json", manifestText(manifest)), await put("DATA_CARD.md", card)];
  const checksums = checksumsText([...manifest.files, ...described]);
  return [...described, await put("CHECKSUMS.txt", checksums)];
}

async function move(deps: Deps, snapshot: Snapshot, event: "verified"): Promise<Snapshot> {
  return deps.store.transaction((tx) => moveSnapshot(tx, { snapshot, event, cause: ruleCause(deps) }));
}

/** Notes why a build failed, unless another worker has taken it over since: its build goes on. */
async function fail(deps: Deps, own: Snapshot, error: unknown): Promise<void> {
  const code = failureCode(error);
  deps.log.error("snapshot.failed", { snapshot: own.id, code });
  await deps.store.transaction(async (tx) => {
    const snapshot = await tx.snapshots.lock(own.id);
    if (snapshot?.revision !== own.revision) return;
    if (snapshot.state !== "building" && snapshot.state !== "built") return;
    const change = { failure: code };
    await moveSnapshot(tx, { snapshot, event: "build_failed", cause: ruleCause(deps), change });
  });
}

function failureCode(error: unknown): string {
  if (error instanceof BuildFailure) return error.reason;
  return error instanceof AppError ? error.code : "internal";
}

/** Deletes what earlier, cut-off builds of the version left in the object store. */
async function removeOtherAttempts(deps: Deps, snapshot: Snapshot): Promise<void> {
  const kept = new Set((await deps.store.snapshots.files(snapshot.id)).map(({ objectKey }) => objectKey));
  const left: string[] = [];
  for await (const key of deps.objects.list(versionPrefix(snapshot.version)))
    if (!kept.has(key)) left.push(key);
  for (const key of left) await deps.objects.remove(key);
}

/** Deletes what one build has stored and no row names. */
async function removeAttempt(deps: Deps, prefix: string): Promise<void> {
  for (const key of await Array.fromAsync(deps.objects.list(prefix))) await deps.objects.remove(key);
}
