import { array, assert as check, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { gatherBytes } from "./gather-bytes.ts";

describe("gathering bytes", () => {
  it("gives them back in their order, and is empty then", () => {
    check(
      property(array(uint8Array({ maxLength: 700 })), (pieces) => {
        const gathered = gatherBytes();
        for (const piece of pieces) gathered.add(piece);
        const all = pieces.flatMap((piece) => [...piece]);
        expect(gathered.length()).toBe(all.length);
        expect([...gathered.take()]).toEqual(all);
        expect([...gathered.take()]).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps no piece, and gives nothing away that a later one writes over", () => {
    const gathered = gatherBytes();
    const piece = Uint8Array.of(1, 2);
    gathered.add(piece);
    piece.fill(9);
    const taken = gathered.take();
    gathered.add(Uint8Array.of(7, 7));
    expect([...taken]).toEqual([1, 2]);
  });
});
