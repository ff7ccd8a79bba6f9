import { describe, expect, test } from "vitest";
import { errorKindsOf } from "./error-kinds.ts";
import { plainTerminalText } from "#lib/domain/text/plain-terminal.ts";
import { testReport } from "./test-summaries.ts";

describe("test summaries", () => {
  test.each([
    ["pytest", "====== 2 failed, 3 passed, 1 skipped in 0.12s ======", 3, 2],
    ["pytest, quiet", "....\n4 passed in 0.01s", 4, 0],
    ["pytest, errors", "4 errors in 1.92s", 0, 4],
    ["unittest", "Ran 5 tests in 0.010s\n\nFAILED (failures=1, errors=1)", 3, 2],
    [
      "cargo",
      "test result: ok. 6 passed; 0 failed; 0 ignored\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored",
      7,
      1,
    ],
    [
      "vitest",
      "\u001b[2m      Tests \u001b[22m \u001b[31m1 failed\u001b[39m \u001b[2m|\u001b[22m \u001b[32m8 passed\u001b[39m (9)",
      8,
      1,
    ],
    ["jest", "Tests:       1 failed, 5 passed, 6 total", 5, 1],
    ["node:test", "ℹ tests 3\nℹ pass 2\nℹ fail 1", 2, 1],
    ["TAP", "1..2\nok 1 a\nnot ok 2 b", 1, 1],
    ["go -v", "--- PASS: TestA (0.00s)\n--- FAIL: TestB (0.00s)\nFAIL\nFAIL\tpkg/a\t0.2s", 1, 1],
  ])("of %s are read", (_name, text, passed, failed) => {
    expect(testReport(text)).toEqual({ failed: failed > 0, tests: { passed, failed } });
  });

  test("of go without -v give a verdict and no counts", () => {
    expect(testReport("ok  \tpkg/a\t0.01s\nok  \tpkg/b\t(cached)")).toEqual({ failed: false });
    expect(testReport("ok  \tpkg/a\t0.01s\nFAIL\tpkg/b\t0.20s")).toEqual({ failed: true });
  });

  test.each([
    "",
    "all tests passed",
    "I ran 3 passed in my head",
    "FAIL\tpkg/a [build failed]",
    "pass 3\nfail 0",
    "ok 1",
  ])("are not seen in %j", (text) => {
    expect(testReport(text)).toBeUndefined();
  });
});

test("terminal text loses its colours and the overwritten states of a line", () => {
  expect(plainTerminalText("\u001b[31mred\u001b[0m\r\n10%\r50%\r100%\ndone")).toBe("red\n100%\ndone");
});

describe("error kinds", () => {
  test.each([
    ["bash: foo: command not found", 127, ["command_not_found"]],
    ["error[E0382]: borrow of moved value", 101, ["compile_error"]],
    ["src/a.ts(1,2): error TS2304: Cannot find name", 2, ["compile_error"]],
    ["./a.go:3:4: undefined: x\nFAIL\tpkg [build failed]", 1, ["compile_error"]],
    ["1 failed, 2 passed in 0.1s\nETIMEDOUT", 1, ["test_failure"]],
    ["curl: (6) Could not resolve host: x", 6, ["network"]],
    ["rm: cannot remove 'x': Permission denied", 1, ["permission_denied"]],
    ["command timed out after 1000 ms", 124, ["timeout"]],
    ["fatal: bad revision", 128, ["other_error"]],
    ["all good, Permission denied is only a word here", 0, []],
  ])("of %j with exit code %i", (text, exitCode, kinds) => {
    expect(errorKindsOf({ text, exitCode, isError: exitCode !== 0 })).toEqual(kinds);
  });

  test("failing tests are seen behind a pipe that exits with 0", () => {
    expect(errorKindsOf({ text: "ℹ pass 2\nℹ fail 1", exitCode: 0 })).toEqual(["test_failure"]);
  });
});
