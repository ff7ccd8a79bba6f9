import { describe, expect, it } from "vitest";
import { needsPerson, withDismissals } from "./rescan.ts";

describe("hits of newer rules", () => {
  it.each([
    [0, 0, false],
    [1, 999, true],
    [1, 1_000, false],
    [2, 1_999, true],
    [25, 25_000, false],
    [26, 1_000_000, true],
  ])("%i among %i public episodes: a person decides: %s", (hits, published, expected) => {
    expect(needsPerson({ hits, published })).toBe(expected);
  });

  it("stay dismissed at the same place, each once, and never if they are definite", () => {
    const place = { rule: "email", kind: "personal", path: "steps[].text", start: 4, end: 9 } as const;
    const candidate = { ...place, class: "candidate" } as const;
    const found = [
      candidate,
      candidate,
      { ...candidate, start: 5 },
      { ...candidate, rule: "other" },
      { ...place, class: "definite" } as const,
    ];
    const dismissed = withDismissals(found, [place]).map((finding) => finding.resolved);
    expect(dismissed).toEqual([true, false, false, false, false]);
    expect(withDismissals([{ ...place, class: "definite" }], [place])[0]?.resolved).toBe(false);
  });
});
