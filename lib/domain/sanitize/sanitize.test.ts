import { describe, expect, it } from "vitest";
import type { SessionWindow } from "#lib/domain/episodes/window.ts";
import { sanitize } from "./sanitize.ts";
import { makeSecret } from "./testing/make-secret.ts";

const bare = makeSecret("<hex 32>");
const SESSION = "0b7e4c1a-52d3-4e8f-9a61-7c2f5d8e3b90";

function windowOf(prompt: string, steps: SessionWindow["content"]["steps"]): SessionWindow {
  return {
    ordinal: 1,
    sessionId: SESSION,
    closed: true,
    facts: { cwds: [], gitRemotes: [], gitBranches: [] },
    content: {
      source: { tool: "codex_cli" },
      session: { sessionId: SESSION, position: 1, of: 1 },
      time: {},
      task: { prompt, languages: [], tags: [] },
      steps,
      outcome: { status: "unknown", basis: "unknown", error_kinds: [] },
      counts: { steps: 3, turns: 1, tool_calls: 1, files_edited: 0, lines_added: 0, lines_removed: 0 },
    },
  };
}

const call = { kind: "tool_call", call: "c1", tool: { name: "shell", kind: "shell" } } as const;

describe("a bare value that only another text tells to be a secret", () => {
  it.each([
    [
      "the result before it",
      windowOf("go on", [
        { ...call, args: {} },
        { kind: "tool_result", call: "c1", text: "Paste your Datadog API key", exit_code: 0 },
        { kind: "assistant", text: bare },
      ]),
    ],
    [
      "a name some lines above it",
      windowOf("go on", [
        { ...call, args: {} },
        { kind: "tool_result", call: "c1", text: `Datadog API key:\n\n${bare}\n`, exit_code: 0 },
        { kind: "assistant", text: `I stored ${bare}.` },
      ]),
    ],
    [
      "an argument of the same value",
      windowOf(`please use ${bare}`, [
        { kind: "user", text: `please use ${bare}` },
        { ...call, args: { datadog: bare } },
      ]),
    ],
  ])("refuses the window: %s", (_name, window) => {
    const made = sanitize(window, { salt: "a salt" });
    const left = made.ok ? JSON.stringify(made.episode.content).includes(bare) : false;
    expect(left, "it stands bare in what was let through").toBe(false);
  });
});
