import { describe, expect, it } from "vitest";
import type { PublicStep } from "#lib/domain/episode/public-form.ts";
import { outlineOf, stitch } from "./trace.ts";

const call = (id: string, name = "shell"): PublicStep => ({
  kind: "tool_call",
  call: id,
  tool: { name, kind: "shell" },
});
const result = (id: string, exit = 0): PublicStep => ({ kind: "tool_result", call: id, exit_code: exit });

describe("a trace", () => {
  it("brings interleaved results to their calls and keeps the numbers of the record", () => {
    const entries = stitch([{ kind: "user", text: "go" }, call("a"), call("b"), result("b", 1), result("a")]);
    expect(
      entries.map((entry) => [
        entry.number,
        entry.kind === "call" ? entry.result?.number : null,
        entry.failed,
      ]),
    ).toEqual([
      [1, null, false],
      [2, 5, false],
      [3, 4, true],
    ]);
  });

  it("leaves results without a call, before their call, or given twice, where they are", () => {
    const entries = stitch([
      result("x", 2),
      call("x"),
      result("y"),
      call("z"),
      result("z"),
      result("z"),
      call("z"),
    ]);
    expect(
      entries.map((entry) => [entry.number, entry.kind === "call" ? (entry.result?.number ?? 0) : "alone"]),
    ).toEqual([
      [1, "alone"],
      [2, 0],
      [3, "alone"],
      [4, 5],
      [6, "alone"],
      [7, 0],
    ]);
    expect(entries[0]?.failed).toBe(true);
  });

  it("has an outline of prompts, runs and failures", () => {
    const steps: PublicStep[] = [
      { kind: "user", text: "fix it" },
      call("a"),
      call("b"),
      result("a"),
      call("c"),
      result("c", 101),
      call("d", "edit"),
      { kind: "event", name: "error" },
    ];
    expect(outlineOf(stitch(steps))).toEqual([
      { kind: "prompt", number: 1, text: "fix it" },
      { kind: "calls", number: 2, tool: "shell", count: 2 },
      { kind: "failure", number: 5, tool: "shell" },
      { kind: "calls", number: 7, tool: "edit", count: 1 },
      { kind: "failure", number: 8, tool: "event" },
    ]);
  });
});
