import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitBucket } from "#lib/domain/episode/identity.ts";
import { DEFAULT_SEEDS, groupName, splitOf } from "./split.ts";

const SESSION_SEED = DEFAULT_SEEDS["session-group-v2"];
const OLDER_SEED = DEFAULT_SEEDS["episode-hash-v1"];

describe("session-group-v2", () => {
  it("gives the published vectors", () => {
    const vectors = [
      ["session-0", "19a0fcb3fd31eedf23c8f457411a1ab601c918d3ff0f773bf22f5c56ad1491c1", 4498, "train"],
      ["session-80", "631d31287cc73b50242bd77a5c76fb063384ee472bbe7904f6bac8a9ed9a3e0e", 42, "val"],
      ["session-117", "1e633abe48f350d7f87176003591fec9d1998152dec08bd426e9bd5d6ab794ce", 98, "val"],
    ] as const;
    for (const [root, name, bucket, split] of vectors) {
      expect(groupName("account-1", root)).toBe(name);
      expect(splitBucket(name, SESSION_SEED)).toBe(bucket);
      expect(splitOf(name, SESSION_SEED, "session-group-v2")).toBe(split);
    }
  });

  it("keeps about two percent for validation", () => {
    const groups = Array.from({ length: 20_000 }, (_, n) => groupName("account-1", `session-${n}`));
    const val = groups.filter((name) => splitOf(name, SESSION_SEED, "session-group-v2") === "val");
    expect(val.length / groups.length).toBeCloseTo(0.02, 2);
  });

  it("namespaces a session root by contributor", () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), fc.string(), (a, b, root) => {
        fc.pre(a !== b);
        expect(groupName(a, root)).not.toBe(groupName(b, root));
      }),
    );
  });
});

describe("episode-hash-v1", () => {
  it("is the older tool's rule: the first byte of the digest, modulo 100, below 98", () => {
    const ids = Array.from({ length: 256 * 80 }, (_, n) => String(n));
    const val = ids.filter((id) => splitOf(id, OLDER_SEED, "episode-hash-v1") === "val");
    // a byte has 256 values, four of which (98, 99, 198, 199) are validation
    expect(val.length / ids.length).toBeCloseTo(4 / 256, 2);
  });

  it("gives the published vectors", () => {
    const ids = ["0", "1", "24", "11e", "162"].map((digits) => digits.padStart(64, "0"));
    const splits = ids.map((id) => splitOf(id, OLDER_SEED, "episode-hash-v1"));
    expect(splits).toEqual(["train", "train", "val", "val", "val"]);
  });
});
