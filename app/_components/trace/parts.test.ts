import { expect, it } from "vitest";
import type { PublicStep } from "#lib/domain/episode/public-form.ts";
import { stitch } from "#lib/domain/text/trace.ts";
import { partOf, traceParts } from "./parts.ts";

const steps = Array.from(
  { length: 10_000 },
  (_, index): PublicStep => ({ kind: "user", text: String(index) }),
);

it("reads a long trace in parts that leave no step out and know where each step is", () => {
  const parts = traceParts(stitch(steps));
  const all = Array.from({ length: parts.length }, (_, index) => parts.at(index + 1)).flat();
  expect(all.map((entry) => entry.number)).toEqual(steps.map((_, index) => index + 1));
  expect(parts.href("abc", 1)).toBe("/episodes/abc#s1");
  expect(parts.href("abc", 10_000)).toBe(`/episodes/abc?part=${parts.length}#s10000`);
});

it("shows the first part where an address names none", () => {
  expect([partOf("3", 4), partOf("9", 4), partOf("x", 4), partOf(["2"], 4), partOf(undefined, 4)]).toEqual([
    3, 1, 1, 1, 1,
  ]);
  expect(traceParts([]).length).toBe(1);
});
