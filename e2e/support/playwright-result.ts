import { z } from "zod";
import type { CheckResult } from "./check-result.ts";

const Spec = z.object({ title: z.string(), tests: z.array(z.object({ status: z.string() })) });
type Suite = { title: string; specs: z.infer<typeof Spec>[]; suites?: Suite[] | undefined };
const Suite: z.ZodType<Suite> = z.lazy(() =>
  z.object({ title: z.string(), specs: z.array(Spec), suites: z.array(Suite).optional() }),
);
const PlaywrightReport = z.object({ suites: z.array(Suite), errors: z.array(z.unknown()) });

/** Counts Playwright's JSON report. A walk that passed only on a second try is a failure: nothing may be flaky. */
export function readPlaywrightReport(report: unknown, exitCode: number): CheckResult {
  const { suites, errors } = PlaywrightReport.parse(report);
  const tests = suites.flatMap((suite) => testsOf(suite, []));
  const count = (status: string): number => tests.filter((one) => one.status === status).length;
  const failed = count("unexpected") + count("flaky") + errors.length;
  const unseen = failed === 0 && exitCode !== 0 ? 1 : 0;
  const skipped = tests.filter((one) => one.status === "skipped").map((one) => one.name);
  return { passed: count("expected"), failed: failed + unseen, skipped };
}

function testsOf(suite: Suite, above: readonly string[]): { name: string; status: string }[] {
  const path = [...above, suite.title];
  const own = suite.specs.flatMap((spec) =>
    spec.tests.map(({ status }) => ({ name: [...path, spec.title].join(" › "), status })),
  );
  return [...own, ...(suite.suites ?? []).flatMap((inner) => testsOf(inner, path))];
}
