import fc from "fast-check";
import { describe, expect, it } from "vitest";
import vectors from "#registry/identity-vectors.json" with { type: "json" };
import {
  claimedEpisodeId,
  contentHash,
  episodeId,
  identify,
  sessionKey,
  slotOf,
  splitBucket,
} from "./identity.ts";
import { EpisodeDraft, EpisodeUpload } from "./schema.ts";

const [first] = vectors.identity;
if (!first) throw new Error("the published vectors are missing");
const draft = EpisodeDraft.parse(first.record);

describe("identity", () => {
  it.each(vectors.identity)("gives the published vector $name", ({ record, nonce, content_hash, id }) => {
    const closed = identify(EpisodeDraft.parse(record), vectors.salt);
    expect({ nonce: closed.nonce, content_hash: closed.content_hash, id: closed.id }).toEqual({
      nonce,
      content_hash,
      id,
    });
    expect(EpisodeUpload.safeParse(closed).success).toBe(true);
  });

  it("is the same for the same maker and unguessable for another", () => {
    expect(identify(draft, "one salt")).toEqual(identify(draft, "one salt"));
    expect(identify(draft, "one salt").id).not.toBe(identify(draft, "another salt").id);
  });

  it("does not depend on the time of consent nor on the private part", () => {
    const later = { ...draft, rights: { ...draft.rights, accepted_at: "2027-01-01T00:00:00Z" } };
    const slot = { slot: "0".repeat(64) };
    expect(identify(later, "s", slot).id).toBe(identify(draft, "s").id);
  });

  it("changes with any word of the record", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (word) => {
        fc.pre(word !== draft.task.prompt && word.isWellFormed() && !word.includes("\u0000"));
        const other = { ...draft, task: { ...draft.task, prompt: word } };
        expect(contentHash({ ...other, nonce: first.nonce })).not.toBe(first.content_hash);
      }),
    );
  });

  it("keeps a slot over sanitizer rules, versions and growth, because none of them is part of it", () => {
    const window = { tool: "codex_cli", sessionId: "s1", ordinal: 2 };
    expect(slotOf("key", window)).toBe(slotOf("key", { ...window }));
    expect(slotOf("key", window)).not.toBe(slotOf("key", { ...window, ordinal: 3 }));
    expect(slotOf("key", window)).not.toBe(slotOf("other key", window));
  });

  it("keeps the names apart: no name equals another made of the same parts", () => {
    const names = [
      episodeId("a".repeat(64)),
      claimedEpisodeId("a", "a".repeat(64)),
      sessionKey("key", "tool", "id"),
      slotOf("key", { tool: "tool", sessionId: "id", ordinal: 1 }),
    ];
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("splitBucket", () => {
  it.each(vectors.split)("gives the published bucket of $root", ({ root, seed, bucket }) => {
    expect(splitBucket(root, seed)).toBe(bucket);
  });
});
