import { AppError } from "#lib/domain/errors.ts";
import { emptyFiles } from "#lib/domain/snapshot/build-rows.ts";
import { membersDigest } from "#lib/domain/snapshot/digests.ts";
import { countExclusions } from "#lib/domain/snapshot/exclusions.ts";
import type { DataFileName } from "#lib/domain/snapshot/files.ts";
import { buildManifest, Manifest } from "#lib/domain/snapshot/manifest.ts";
import { rowsOf } from "#lib/domain/snapshot/rows.ts";
import { openTally } from "#lib/domain/snapshot/tally.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Snapshot } from "#lib/ports/snapshots.ts";
import { currentRules } from "./instance-rules.ts";
import { orderedWindow } from "./ordered-window.ts";
import { inspectCandidate } from "./snapshot-candidates.ts";
import { type BuildPlan, SPLIT_RULE } from "./snapshot-plan.ts";
import { BuildFailure } from "./snapshot-verification.ts";
import { openFileWriter, withFileWriters, type WrittenFile, ZSTD_LEVEL } from "./snapshot-writer.ts";

export type WrittenData = { files: Record<DataFileName, WrittenFile>; manifest: Manifest };

/** The second pass: streams the members' rows into the four files, in id order, and counts what goes by. */
export async function writeDataFiles(
  deps: Deps,
  input: { snapshot: Snapshot; plan: BuildPlan; prefix: string },
): Promise<WrittenData> {
  const { snapshot, plan, prefix } = input;
  const rules = await currentRules(deps.store);
  const tally = openTally({ consentVersions: rules.consentVersions, rulesVersions: [rules.rulesVersion] });
  const root = membersDigest();
  const splits = new Map(plan.members.map(({ id, split }) => [id, split]));
  const writers = emptyFiles((name) => openFileWriter(deps, `${prefix}${name}`));
  const files = await withFileWriters(writers, async () => {
    const inspect = (id: string) => inspectCandidate(deps, { snapshot, rules, id });
    for await (const found of orderedWindow(idsOf(plan), inspect)) {
      const split = found.ok ? splits.get(found.candidate.id) : undefined;
      // withdrawn since the first pass: the job starts again and leaves it out
      if (!found.ok || !split) throw new BuildFailure("members_changed");
      const { record, labels } = found;
      for (const { file, line } of rowsOf({ record, split, labels })) await writers[file].line(line);
      root.add(record.id, record.content_hash);
      tally.add(record, split);
    }
    return finishAll(writers);
  });
  const facts = { plan, files, membersDigest: root.hex(), counts: tally.counts() };
  return { files, manifest: await manifestOf(deps, snapshot, facts) };
}

async function* idsOf(plan: BuildPlan): AsyncGenerator<string> {
  for (const { id } of plan.members) yield id;
}

async function finishAll(
  writers: Record<DataFileName, ReturnType<typeof openFileWriter>>,
): Promise<Record<DataFileName, WrittenFile>> {
  return {
    "train.jsonl.zst": await writers["train.jsonl.zst"].finish(),
    "val.jsonl.zst": await writers["val.jsonl.zst"].finish(),
    "sft.jsonl.zst": await writers["sft.jsonl.zst"].finish(),
    "tooltrace.jsonl.zst": await writers["tooltrace.jsonl.zst"].finish(),
  };
}

type Facts = {
  plan: BuildPlan;
  files: Record<DataFileName, WrittenFile>;
  membersDigest: string;
  counts: ReturnType<ReturnType<typeof openTally>["counts"]>;
};

async function manifestOf(deps: Deps, snapshot: Snapshot, facts: Facts): Promise<Manifest> {
  const { plan, files, membersDigest, counts } = facts;
  return buildManifest({
    version: snapshot.version,
    baseVersion: snapshot.baseVersion,
    removalOnly: snapshot.removalOnly,
    removedCount: snapshot.removalOnly ? (await baseSize(deps, snapshot)) - plan.members.length : 0,
    createdAt: snapshot.createdAt,
    asOfSeq: snapshot.asOfSeq,
    denyListSeq: snapshot.denyListSeq,
    split: { rule: SPLIT_RULE, seed: snapshot.seed },
    candidates: plan.candidates,
    membersDigest,
    excluded: countExclusions(plan.excluded),
    counts,
    files: emptyFiles((name) => {
      const { rows, bytes, sha256, contentSha256 } = files[name];
      return { rows, bytes, sha256, content_sha256: contentSha256 };
    }),
    zstd: { library: deps.codec.library, level: ZSTD_LEVEL },
  });
}

async function baseSize(deps: Deps, snapshot: Snapshot): Promise<number> {
  const base = await deps.store.snapshots.byVersion(snapshot.baseVersion ?? "");
  const manifest = Manifest.safeParse(base?.manifest);
  if (!manifest.success) throw new AppError("internal", { detail: "The base of a patch has no manifest." });
  return manifest.data.members;
}
