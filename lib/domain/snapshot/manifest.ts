import { z } from "zod";
import { canonicalJson } from "#lib/domain/canonical-json.ts";
import { Hex64 } from "#lib/domain/episode/schema.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import { EXCLUSIONS } from "./exclusions.ts";
import { DATA_FILES, type DataFileName } from "./files.ts";
import { SPLIT_RULES } from "./split.ts";
import type { SnapshotCounts } from "./tally.ts";
import { parseVersion } from "./version.ts";

export const SNAPSHOT_SCHEMA = "trace-share/snapshot/2";

/** What the split rule keeps together, as the manifest says it. */
export const GROUP_KEYS = {
  "session-group-v2": "contributor + root of the session's parent chain",
  "episode-hash-v1": "episode id",
} as const;

const Count = z.int().min(0);
const VersionText = z.string().refine((text) => parseVersion(text) !== null);
const CountsByName = z.record(z.string().min(1).max(200), Count);

export const ManifestFile = z.strictObject({
  name: z.enum(DATA_FILES),
  rows: Count,
  bytes: Count,
  sha256: Hex64,
  /** SHA-256 of the uncompressed JSONL: the digest on which reproducibility is claimed. */
  content_sha256: Hex64,
});
export type ManifestFile = z.infer<typeof ManifestFile>;

/** manifest.json of a snapshot. Every member of the data files is counted; nothing of a record but closed names stands here. */
export const Manifest = z.strictObject({
  schema_version: z.literal(SNAPSHOT_SCHEMA),
  version: VersionText,
  base_version: VersionText.nullable(),
  removal_only: z.boolean(),
  removed_count: Count,
  created_at: z.iso.datetime(),
  as_of_seq: Count,
  deny_list_seq: Count,
  split: z.strictObject({
    rule: z.enum(SPLIT_RULES),
    seed: z.string().min(1).max(200),
    group_key: z.string(),
    counts: z.strictObject({ train: Count, val: Count }),
  }),
  files: z.array(ManifestFile).length(DATA_FILES.length),
  candidates: Count,
  members: Count,
  members_digest: Hex64,
  excluded: z.partialRecord(z.enum(EXCLUSIONS), Count),
  license_counts: CountsByName,
  consent_version_counts: CountsByName,
  sanitizer_version_counts: CountsByName,
  outcome_basis_counts: CountsByName,
  disclosure_counts: CountsByName,
  language_counts: CountsByName,
  tool_counts: CountsByName,
  zstd: z.strictObject({ library: z.string().min(1).max(100), level: z.int() }),
});
export type Manifest = z.infer<typeof Manifest>;

/** What a build knows beside its counts. `createdAt` is the moment of the freeze, so that every build of one list agrees. */
export type ManifestFacts = {
  version: string;
  baseVersion: string | null;
  removalOnly: boolean;
  removedCount: number;
  createdAt: Date;
  asOfSeq: number;
  denyListSeq: number;
  split: { rule: Manifest["split"]["rule"]; seed: string };
  candidates: number;
  membersDigest: string;
  excluded: Manifest["excluded"];
  counts: SnapshotCounts;
  files: Record<DataFileName, Omit<ManifestFile, "name">>;
  zstd: Manifest["zstd"];
};

/** Builds and checks a manifest; throws a ZodError if the facts contradict the schema. */
export function buildManifest(facts: ManifestFacts): Manifest {
  const { train = 0, val = 0 } = facts.counts.split;
  return Manifest.parse({
    schema_version: SNAPSHOT_SCHEMA,
    version: facts.version,
    base_version: facts.baseVersion,
    removal_only: facts.removalOnly,
    removed_count: facts.removedCount,
    created_at: facts.createdAt.toISOString(),
    as_of_seq: facts.asOfSeq,
    deny_list_seq: facts.denyListSeq,
    split: { ...facts.split, group_key: GROUP_KEYS[facts.split.rule], counts: { train, val } },
    files: DATA_FILES.map((name) => ({ name, ...facts.files[name] })),
    candidates: facts.candidates,
    members: train + val,
    members_digest: facts.membersDigest,
    excluded: facts.excluded,
    license_counts: facts.counts.license,
    consent_version_counts: facts.counts.consent_version,
    sanitizer_version_counts: facts.counts.sanitizer_version,
    outcome_basis_counts: facts.counts.outcome_basis,
    disclosure_counts: facts.counts.disclosure,
    language_counts: facts.counts.language,
    tool_counts: facts.counts.tool,
    zstd: facts.zstd,
  });
}

/** The file's text: indented for readers, one line feed at the end. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/**
 * A digest of everything that two builds of one frozen list must agree on: the manifest without its time, the compressor and
 * the digests and sizes of compressed files (zstd promises equal bytes only for equal versions).
 */
export function manifestContentDigest(manifest: Manifest): string {
  const { created_at: _created, zstd: _zstd, files, ...lasting } = manifest;
  const contents = files.map(({ name, rows, content_sha256 }) => ({ name, rows, content_sha256 }));
  return sha256Hex(canonicalJson({ ...lasting, files: contents }));
}
