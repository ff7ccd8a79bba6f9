import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { discloseContent, previewOf } from "./disclose.ts";
import type { WindowContent } from "./window.ts";

const content: WindowContent = {
  source: { tool: "codex_cli" },
  session: { sessionId: "t", position: 1, of: 1 },
  time: {},
  task: { prompt: `fix ${"é".repeat(300)}`, languages: ["rust"], tags: [] },
  steps: [
    { kind: "user", text: "fix é", at: "2026-01-01T00:00:00Z" },
    { kind: "assistant", text: "ab", thinking: "cde" },
    { kind: "tool_call", call: "c1", tool: { name: "shell", kind: "shell" }, args: { command: "ls" } },
    { kind: "tool_result", call: "c1", text: "out", exit_code: 1, is_error: true, cut: { kept: 3, of: 9 } },
    { kind: "event", name: "compaction" },
    { kind: "assistant", text: "done" },
    { kind: "assistant", text: "  " },
  ],
  outcome: { status: "failure", basis: "exit_code", exit_code: 1, error_kinds: [] },
  counts: { steps: 7, turns: 1, tool_calls: 1, files_edited: 0, lines_added: 0, lines_removed: 0 },
};

describe("disclosure", () => {
  test("raw keeps the texts and has no previews", () => {
    expect(discloseContent(content, "raw")).toEqual(content);
  });

  test("summary keeps the shape of each step and the bytes left out", () => {
    const summary = discloseContent(content, "summary");
    expect(summary.steps).toEqual([
      { kind: "user", bytes: 6 },
      { kind: "assistant", bytes: 5 },
      { kind: "tool_call", call: "c1", tool: { name: "shell", kind: "shell" }, bytes: 16 },
      { kind: "tool_result", call: "c1", exit_code: 1, is_error: true, bytes: 3 },
      { kind: "event", name: "compaction" },
      { kind: "assistant", bytes: 4 },
      { kind: "assistant", bytes: 2 },
    ]);
    expect(summary.task).not.toHaveProperty("prompt");
    expect(summary.task.prompt_preview).toHaveLength(220);
    expect(summary.outcome.result_preview).toBe("done");
  });
});

test("a preview is never longer than asked, never half a character, and a prefix of its text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 40 }), (text, max) => {
      const preview = previewOf(text, max);
      expect(preview.length).toBeLessThanOrEqual(max);
      expect(preview.isWellFormed()).toBe(true);
      expect(text.trim().startsWith(preview.replace(/…$/, ""))).toBe(true);
    }),
  );
  expect(previewOf("ab😀cd", 4)).toBe("ab…");
});
