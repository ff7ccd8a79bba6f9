import { describe, expect, it } from "vitest";
import { callLine, type CallStep, type ResultStep } from "./call-line.ts";

const call = (kind: CallStep["tool"]["kind"], name: string, args?: CallStep["args"]): CallStep => ({
  kind: "tool_call",
  call: "c1",
  tool: { name, kind },
  ...(args === undefined ? {} : { args }),
});
const result = (facts: Omit<ResultStep, "kind" | "call">): ResultStep => ({
  kind: "tool_result",
  call: "c1",
  ...facts,
});
const show = (step: CallStep, outcome?: ResultStep) => {
  const { name, subject, facts } = callLine(step, outcome);
  return [name, subject, ...facts].join(" | ");
};

describe("the one line of a folded call", () => {
  it("names the command, how it ended and how much it printed", () => {
    const shell = call("shell", "shell", { command: ["bash", "-lc", "cargo test tokenizer"] });
    expect(show(shell, result({ exit_code: 101, text: "a\nb\n" }))).toBe(
      "shell | cargo test tokenizer | exit 101 | 2 lines",
    );
    expect(callLine(shell, result({ exit_code: 101 })).failed).toBe(true);
    expect(callLine(shell, result({ exit_code: 0 })).failed).toBe(false);
  });

  it("names the file and the size of an edit", () => {
    const edit = call("edit", "Edit", { file_path: "src/a.ts", old_string: "a", new_string: "b\nc" });
    expect(show(edit, result({ text: "ok" }))).toBe("Edit | src/a.ts | +2 −1 | 1 line");
  });

  it("says what it has of a summary record", () => {
    expect(show(call("shell", "shell"), result({ exit_code: 0, bytes: 812 }))).toBe(
      "shell |  | exit 0 | 812 bytes left out",
    );
    expect(show(call("read", "Read"))).toBe("Read |  | no result in the log");
  });

  it("cuts at the first line and names invisible characters", () => {
    expect(show(call("shell", "sh", "echo a\necho b"), result({}))).toBe("sh | echo a …");
    expect(show(call("shell", "sh", "echo \u202ea"), result({ is_error: true }))).toBe(
      "sh | echo ⟨U+202E⟩a | error",
    );
  });
});
