import { emptyFiles } from "#lib/domain/snapshot/build-rows.ts";
import { membersDigest, runningDigest } from "#lib/domain/snapshot/digests.ts";
import type { Exclusion } from "#lib/domain/snapshot/exclusions.ts";
import { DATA_FILES, isDataFile } from "#lib/domain/snapshot/files.ts";
import { linesOf } from "#lib/domain/snapshot/lines.ts";
import { Manifest } from "#lib/domain/snapshot/manifest.ts";
import type { Candidate } from "#lib/domain/snapshot/plan.ts";
import { rowsOf } from "#lib/domain/snapshot/rows.ts";
import { scrubLines } from "#lib/domain/snapshot/scrub.ts";
import type { Split } from "#lib/domain/snapshot/split.ts";
import { openVerifier } from "#lib/domain/snapshot/verify.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Snapshot, SnapshotFile } from "#lib/ports/snapshots.ts";
import { currentRules } from "./instance-rules.ts";
import { orderedWindow } from "./ordered-window.ts";
import { inspectCandidate } from "./snapshot-candidates.ts";
import { planOf } from "./snapshot-plan.ts";
import { chunksOf } from "./snapshot-writer.ts";

/** Why a build failed, beside the codes of AppError. */
export type BuildFailureReason =
  | "no_members"
  | "members_changed"
  | "second_build_differs"
  | "stored_files_differ"
  | "base_missing"
  | "split_moved"
  | "scrub_differs";

/** A build that may not go on. Holds a closed code and nothing of a record. */
export class BuildFailure extends Error {
  override readonly name = "BuildFailure";
  readonly reason: BuildFailureReason;

  constructor(reason: BuildFailureReason) {
    super(`snapshot build failed: ${reason}`);
    this.reason = reason;
  }
}

/** No file of ours is larger than this when it is unpacked. */
const MAX_CONTENT_BYTES = 2 ** 42;

/**
 * The proof between `built` and `verified`: a second build from the frozen list gives the same plan and digests; what the
 * object store holds is what the manifest states; and a removal-only patch is its scrubbed base, byte for byte. Throws
 * BuildFailure.
 */
export async function verifySnapshot(deps: Deps, snapshot: Snapshot): Promise<void> {
  const manifest = Manifest.parse(snapshot.manifest);
  const splits = await splitsOf(deps, snapshot.id);
  await compareSecondBuild(deps, { snapshot, manifest, splits });
  await readBack(deps, { snapshot, manifest });
  if (snapshot.removalOnly) await compareWithScrub(deps, { snapshot, manifest, splits });
}

type Proof = { snapshot: Snapshot; manifest: Manifest; splits: Map<string, Split> };

async function splitsOf(deps: Deps, id: string): Promise<Map<string, Split>> {
  const splits = new Map<string, Split>();
  for await (const { episodeId, split } of deps.store.snapshots.members(id)) {
    if (split) splits.set(episodeId, split);
  }
  return splits;
}

async function compareSecondBuild(deps: Deps, { snapshot, manifest, splits }: Proof): Promise<void> {
  const rules = await currentRules(deps.store);
  const candidates: Candidate[] = [];
  const excluded: Exclusion[] = [];
  const contents = emptyFiles(() => runningDigest());
  const root = membersDigest();
  const inspect = (id: string) => inspectCandidate(deps, { snapshot, rules, id });
  for await (const found of orderedWindow(deps.store.snapshots.memberIds(snapshot.id), inspect)) {
    if (!found.ok) {
      excluded.push(found.reason);
      continue;
    }
    candidates.push(found.candidate);
    const split = splits.get(found.candidate.id);
    if (!split) continue;
    const { record, labels } = found;
    for (const { file, line } of rowsOf({ record, split, labels })) contents[file].add(`${line}\n`);
    root.add(record.id, record.content_hash);
  }
  const plan = planOf(snapshot, { candidates, excluded });
  const samePlan =
    plan.members.length === splits.size && plan.members.every(({ id, split }) => splits.get(id) === split);
  if (!samePlan) throw new BuildFailure("members_changed");
  const sameFiles = manifest.files.every(
    ({ name, content_sha256 }) => contents[name].hex() === content_sha256,
  );
  if (!sameFiles || root.hex() !== manifest.members_digest) throw new BuildFailure("second_build_differs");
}

async function readBack(deps: Deps, { snapshot, manifest }: Omit<Proof, "splits">): Promise<void> {
  const verifier = openVerifier(manifest);
  for (const file of await deps.store.snapshots.files(snapshot.id)) {
    if (!isDataFile(file.name)) continue;
    const stored = runningDigest();
    for await (const line of linesOfFile(deps, file, (chunk) => stored.add(chunk)))
      verifier.line(file.name, line);
    verifier.stored(file.name, stored.hex(), stored.bytes());
  }
  const problems = verifier.finish();
  if (problems.length === 0) return;
  for (const { file, code } of problems.slice(0, 20)) deps.log.error("snapshot.problem", { file, code });
  throw new BuildFailure("stored_files_differ");
}

/** scrub(base) = patch: the promise that lets people clean the copy they have instead of loading the patch. */
async function compareWithScrub(deps: Deps, { snapshot, manifest, splits }: Proof): Promise<void> {
  const base = await deps.store.snapshots.byVersion(snapshot.baseVersion ?? "");
  if (!base) throw new BuildFailure("base_missing");
  const baseSplits = await splitsOf(deps, base.id);
  for (const [id, split] of splits) if (baseSplits.get(id) !== split) throw new BuildFailure("split_moved");
  const files = await deps.store.snapshots.files(base.id);
  for (const name of DATA_FILES) {
    const file = files.find((candidate) => candidate.name === name);
    if (!file) throw new BuildFailure("base_missing");
    const content = runningDigest();
    const kept = scrubLines(linesOfFile(deps, file), (id) => !splits.has(id));
    for await (const line of kept) content.add(`${line}\n`);
    const stated = manifest.files.find((candidate) => candidate.name === name);
    if (content.hex() !== stated?.content_sha256) throw new BuildFailure("scrub_differs");
  }
}

async function* linesOfFile(
  deps: Deps,
  file: SnapshotFile,
  seen: (chunk: Uint8Array) => void = () => undefined,
): AsyncGenerator<string> {
  const object = await deps.objects.open(file.objectKey);
  if (!object) throw new BuildFailure("stored_files_differ");
  const stored = async function* () {
    for await (const chunk of chunksOf(object.stream)) {
      seen(chunk);
      yield chunk;
    }
  };
  yield* linesOf(deps.codec.decompressStream(stored(), MAX_CONTENT_BYTES));
}
