import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dedupe, type DuplicateFacts } from "./dedupe.ts";
import { recordDigest } from "./record-digest.ts";
import { sampleRecord } from "./testing/records.ts";

const facts = (over: Partial<DuplicateFacts> & { id: string }): DuplicateFacts => ({
  contentHash: `hash-${over.id}`,
  recordDigest: `digest-${over.id}`,
  verified: true,
  attributed: true,
  order: 0,
  ...over,
});

const anyFacts = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 3, maxLength: 3 }),
    contentHash: fc.constantFrom("h1", "h2", "h3", "h4"),
    recordDigest: fc.constantFrom("d1", "d2", "d3", "d4"),
    verified: fc.boolean(),
    attributed: fc.boolean(),
    order: fc.nat(3),
  }),
  { selector: ({ id }) => id },
);

describe("dedupe", () => {
  it("keeps the earliest published of equal records, and counts why the others went", () => {
    const input = [
      facts({ id: "a", recordDigest: "same", order: 2 }),
      facts({ id: "b", recordDigest: "same", order: 1 }),
      facts({ id: "c", contentHash: "hash-b", order: 3 }),
    ];
    const { kept, dropped } = dedupe(input);
    expect(kept.map(({ id }) => id)).toEqual(["b"]);
    expect(dropped).toEqual([
      { id: "a", reason: "duplicate_record" },
      { id: "c", reason: "duplicate_content_hash" },
    ]);
  });

  it("prefers an attributed record to an earlier one of a shared token", () => {
    const input = [
      facts({ id: "a", recordDigest: "same", order: 1, attributed: false }),
      facts({ id: "b", recordDigest: "same", order: 2 }),
    ];
    expect(dedupe(input).kept.map(({ id }) => id)).toEqual(["b"]);
  });

  it("lets no claimed hash push out another account's record", () => {
    const input = [
      facts({ id: "a", contentHash: "claimed", order: 1, verified: false }),
      facts({ id: "b", contentHash: "claimed", order: 2 }),
      facts({ id: "c", contentHash: "claimed", order: 3, verified: false }),
    ];
    expect(dedupe(input).kept.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });

  it("does not depend on the order of its input", () => {
    fc.assert(
      fc.property(anyFacts, fc.infiniteStream(fc.nat()), (input, keys) => {
        const shuffled = shuffle(input, keys);
        expect(dedupe(shuffled)).toEqual(dedupe(input));
      }),
    );
  });

  it("brings none back when something kept is taken away", () => {
    fc.assert(
      fc.property(anyFacts, fc.nat(), (input, chosen) => {
        const { kept } = dedupe(input);
        const rest = kept.filter((_, index) => index !== chosen % Math.max(kept.length, 1));
        expect(dedupe(rest).kept).toEqual(rest);
      }),
    );
  });
});

describe("record digest", () => {
  it("is blind to identity, session, consent time and times", () => {
    const one = sampleRecord({ n: 1 });
    const other = sampleRecord({ n: 1, session: "another", start: "2027-01-01T00:00:00Z" });
    expect(other.id).not.toBe(one.id);
    expect(recordDigest(other)).toBe(recordDigest(one));
  });

  it("sees every word", () => {
    expect(recordDigest(sampleRecord({ n: 2 }))).not.toBe(recordDigest(sampleRecord({ n: 1 })));
    const raw = sampleRecord({ n: 1 });
    expect(recordDigest({ ...raw, task: { ...raw.task, tags: ["x"] } })).not.toBe(recordDigest(raw));
  });
});

function shuffle<T>(input: readonly T[], keys: Iterator<number>): T[] {
  return input
    .map((value) => ({ value, key: Number(keys.next().value) }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}
