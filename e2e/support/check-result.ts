/** What one stage of `npm test` found. */
export type CheckResult = {
  passed: number;
  failed: number;
  /** Names of what was skipped, each with the reason if there is one. */
  skipped: string[];
};

/** The sum of several results. */
export function addResults(results: readonly CheckResult[]): CheckResult {
  return {
    passed: results.reduce((sum, one) => sum + one.passed, 0),
    failed: results.reduce((sum, one) => sum + one.failed, 0),
    skipped: results.flatMap((one) => one.skipped),
  };
}

/** A run fails when something failed, and when nothing was run at all: an empty run proves nothing. */
export function isSuccess(result: CheckResult): boolean {
  return result.failed === 0 && result.passed > 0;
}

/** The closing line, exactly in this form: other programs read it. */
export function summaryLine(result: CheckResult): string {
  return `${result.passed} passed, ${result.failed} failed, ${result.skipped.length} skipped`;
}

/** Something that could not be run at all counts as one failure, never as nothing. */
export const BROKEN: CheckResult = { passed: 0, failed: 1, skipped: [] };
