import { expect, test } from "vitest";
import { addResults, BROKEN, isSuccess, summaryLine } from "./check-result.ts";
import { readPlaywrightReport } from "./playwright-result.ts";
import { readVitestReport } from "./vitest-result.ts";

const passed = { passed: 3, failed: 0, skipped: ["a (needs root)"] };

test("the closing line sums up every stage in one fixed form", () => {
  expect(summaryLine(addResults([passed, BROKEN, passed]))).toBe("6 passed, 1 failed, 2 skipped");
});

test("a run fails when something failed and when nothing ran", () => {
  expect(isSuccess(passed)).toBe(true);
  expect(isSuccess(addResults([passed, BROKEN]))).toBe(false);
  expect(isSuccess({ passed: 0, failed: 0, skipped: ["everything"] })).toBe(false);
});

function vitestReport(files: { status: string; tests: [name: string, status: string][] }[]): object {
  return {
    success: files.every((file) => file.status === "passed"),
    testResults: files.map(({ status, tests }) => ({
      name: "x.test.ts",
      status,
      assertionResults: tests.map(([fullName, state]) => ({ fullName, status: state })),
    })),
  };
}

test("vitest: failed tests, files that broke before their first test, and skipped tests by name are counted", () => {
  const report = vitestReport([
    {
      status: "failed",
      tests: [
        ["works", "passed"],
        ["breaks", "failed"],
        ["later", "skipped"],
      ],
    },
    { status: "failed", tests: [] },
  ]);
  expect(readVitestReport(report, 1)).toEqual({ passed: 1, failed: 2, skipped: ["later"] });
});

test("vitest: a fault outside of the tests is a failure though every test passed", () => {
  const report = vitestReport([{ status: "passed", tests: [["works", "passed"]] }]);
  expect(readVitestReport(report, 0).failed).toBe(0);
  expect(readVitestReport(report, 1).failed).toBe(1);
});

test("playwright: walks in nested groups are counted and named; a flaky one is a failure", () => {
  const spec = (title: string, status: string) => ({ title, tests: [{ status }] });
  const suites = [
    {
      title: "a.spec.ts",
      specs: [spec("one", "expected")],
      suites: [{ title: "group", specs: [spec("two", "flaky"), spec("three", "skipped")] }],
    },
  ];
  expect(readPlaywrightReport({ suites, errors: [] }, 0)).toEqual({
    passed: 1,
    failed: 1,
    skipped: ["a.spec.ts › group › three"],
  });
  expect(readPlaywrightReport({ suites: [], errors: [{}] }, 1).failed).toBe(1);
});
