import { expect, it } from "vitest";
import { headAndTail } from "./long.ts";

const lines = Array.from({ length: 100 }, (_, index) => index);

it("folds the middle and loses nothing", () => {
  const { head, hidden, tail } = headAndTail(lines, { head: 10, tail: 5 });
  expect([head.length, hidden.length, tail.length]).toEqual([10, 85, 5]);
  expect([...head, ...hidden, ...tail]).toEqual(lines);
});

it("folds nothing where little would be hidden", () => {
  expect(headAndTail(lines, { head: 60, tail: 35 })).toEqual({ head: lines, hidden: [], tail: [] });
});
