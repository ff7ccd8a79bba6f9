import { describe, expect, it } from "vitest";
import { createBodyStore } from "./body-store.ts";
import type { SealedEpisode } from "./seal.ts";

/** Only the body matters here. */
const withBody = (body: Uint8Array) => ({ id: "e", body }) as unknown as SealedEpisode;
const bodyOf = (length: number, fill: number) => new Uint8Array(length).fill(fill);

const isSame = (a: Uint8Array | undefined, b: Uint8Array | undefined) =>
  a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;

describe("bodies that are kept", () => {
  it.each([
    ["in memory", 10_000_000],
    ["in a private file", 0],
    ["in both", 1_500],
  ])("come back as they were: %s", (_where, mostInMemory) => {
    const store = createBodyStore(mostInMemory);
    const bodies = [bodyOf(1_000, 1), bodyOf(0, 2), bodyOf(2_000_000, 3), bodyOf(700, 4), bodyOf(1, 5)];
    const kept = bodies.map((body) => store.keep(withBody(body)));
    for (const order of [kept.keys(), [...kept.keys()].toReversed()]) {
      for (const index of order) expect(isSame(kept[index]?.body, bodies[index])).toBe(true);
    }
    expect(kept[0]?.id).toBe("e");
  });
});
