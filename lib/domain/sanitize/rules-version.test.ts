import { expect, it } from "vitest";
import { compareRulesVersions, RULES_VERSION } from "./rules-version.ts";

it("is an ordered number and a hash", () => {
  expect(RULES_VERSION).toMatch(/^\d+-[0-9a-f]{12}$/);
});

it("orders by number first, and puts what is no version before all", () => {
  expect(compareRulesVersions("2-ffffffffffff", "10-000000000000")).toBeLessThan(0);
  expect(compareRulesVersions("3-aaaaaaaaaaaa", "3-aaaaaaaaaaaa")).toBe(0);
  expect(compareRulesVersions("3-aaaaaaaaaaaa", "3-bbbbbbbbbbbb")).toBeLessThan(0);
  expect(compareRulesVersions("sanitizer-v1", "1-aaaaaaaaaaaa")).toBeLessThan(0);
});
