import { z } from "zod";
import type { CheckResult } from "./check-result.ts";

const VitestReport = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** Counts vitest's JSON report. A file that failed before its first test counts as one failure. */
export function readVitestReport(report: unknown, exitCode: number): CheckResult {
  const { testResults, success } = VitestReport.parse(report);
  const tests = testResults.flatMap((file) => file.assertionResults);
  const passed = tests.filter((one) => one.status === "passed").length;
  const failedTests = tests.filter((one) => one.status === "failed").length;
  const brokenFiles = testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((one) => one.status === "failed"),
  ).length;
  const skipped = tests.filter((one) => one.status !== "passed" && one.status !== "failed");
  const failed = failedTests + brokenFiles;
  // Faults outside of tests (a rejected promise nobody awaited) show in the exit code alone.
  const unseen = failed === 0 && (exitCode !== 0 || !success) ? 1 : 0;
  return { passed, failed: failed + unseen, skipped: skipped.map((one) => one.fullName.trim()) };
}
