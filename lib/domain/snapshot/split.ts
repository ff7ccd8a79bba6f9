import { splitBucket } from "#lib/domain/episode/identity.ts";
import { blake3Bytes, blake3Hex } from "#lib/domain/hash.ts";

/**
 * The split rules by name. `session-group-v2` keeps a contributor's whole session tree on one side. `episode-hash-v1` is the
 * older tool's and stays for reproducing its releases; it splits sessions, and its validation share is 4/256, not 2 %.
 */
export const SPLIT_RULES = ["session-group-v2", "episode-hash-v1"] as const;
export type SplitRule = (typeof SPLIT_RULES)[number];

export const SPLITS = ["train", "val"] as const;
export type Split = (typeof SPLITS)[number];

/** The seed of a rule where a release names no other. A seed that changed would move groups between splits. */
export const DEFAULT_SEEDS: Record<SplitRule, string> = {
  "session-group-v2": "trace-share-split-v2",
  "episode-hash-v1": "trace-share-split-v1",
};

const VALIDATION_BUCKETS = 200;
const OLDER_TRAIN_SHARE = 98;

/**
 * The name of a split group: the root of a session's parent chain, namespaced by contributor (permanence.md 19) and hashed,
 * so that neither the account nor the session key can be read from a published test vector.
 */
export function groupName(account: string, groupRoot: string): string {
  return blake3Hex(`group|${account}|${groupRoot}`);
}

/** The split of a group (`session-group-v2`) or of an episode id (`episode-hash-v1`). Rule text and vectors: docs/DATASET.md. */
export function splitOf(name: string, seed: string, rule: SplitRule): Split {
  if (rule === "session-group-v2") return splitBucket(name, seed) < VALIDATION_BUCKETS ? "val" : "train";
  const first = blake3Bytes(`${name}|${seed}`)[0] ?? 0; // a digest has 32 bytes
  return first % 100 < OLDER_TRAIN_SHARE ? "train" : "val";
}
