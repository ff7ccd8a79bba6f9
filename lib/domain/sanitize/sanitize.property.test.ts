import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "#lib/domain/canonical-json.ts";
import type { SessionWindow } from "#lib/domain/episodes/window.ts";
import { createRedactor } from "./redact.ts";
import { DETECTORS } from "./rule-table.ts";
import { RULES_VERSION } from "./rules-version.ts";
import { sanitize } from "./sanitize.ts";
import { makeSecret } from "./testing/make-secret.ts";
import { verify, verifySerialised } from "./verify.ts";

const facts = { cwds: ["/home/jkowalski/app"], gitRemotes: [], gitBranches: ["jkowalski/fix"] };
const anchored = DETECTORS.filter((detector) => detector.anchored);

// a rule marked random takes values that mix in digits, as nearly all drawn ones do: a run of letters may be a word
const secret = fc
  .tuple(fc.constantFrom(...anchored), fc.integer({ min: 1, max: 9_999 }))
  .map(([detector, seed]) => ({ detector, value: makeSecret(detector.shape, seed) }))
  .filter(({ detector, value }) => detector.random !== true || /\d/.test(value.slice(4)))
  .map(({ value }) => value);

const planted = fc.oneof(
  secret,
  secret.map((text) => `API_TOKEN=${text}`),
  secret.map((text) => JSON.stringify({ password: text })),
  secret.map((text) => JSON.stringify({ a: JSON.stringify({ b: text }) })),
  secret.map((text) => `\\u00${text.charCodeAt(0).toString(16).padStart(2, "0")}${text.slice(1)}`),
  secret.map((text) => btoa(`token ${text}`)),
  secret.map((text) => `${text.slice(0, 6)}\u200b${text.slice(6)}`),
  fc.constantFrom(
    "/home/jkowalski/app/src",
    "C:\\Users\\Jan Kowalski\\code",
    "jan.kowalski@firma.pl",
    "10.20.30.40",
    "+48 601 222 333",
    "ssh jkowalski@10.1.2.3",
  ),
);
const filler = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary-ascii", maxLength: 30 }),
  fc.constantFrom(
    "\n",
    "\\n",
    '"',
    "'",
    "=",
    ": ",
    "@",
    "://",
    "[",
    "]",
    "[SECRET:",
    "#1]",
    "\\",
    "%20",
    "password=",
    '{"token":"',
    "Bearer ",
  ),
);
const text = fc.array(fc.oneof(filler, filler, planted), { maxLength: 8 }).map((pieces) => pieces.join(""));
const json: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(text, fc.constantFrom("password", "token", "name", "value")), tie("value"), {
      maxKeys: 4,
    }),
  ),
})).value;

function windowOf(prompt: string, args: JsonValue, result: string): SessionWindow {
  return {
    ordinal: 1,
    sessionId: "0b7e4c1a-52d3-4e8f-9a61-7c2f5d8e3b90",
    closed: true,
    facts,
    content: {
      source: { tool: "codex_cli" },
      session: { sessionId: "0b7e4c1a-52d3-4e8f-9a61-7c2f5d8e3b90", position: 1, of: 1 },
      time: { start: "2026-02-25T09:51:59.245Z" },
      task: { prompt, languages: [], tags: [] },
      steps: [
        { kind: "user", text: prompt },
        { kind: "tool_call", call: "c1", tool: { name: "shell", kind: "shell" }, args },
        { kind: "tool_result", call: "c1", text: result, exit_code: 0 },
      ],
      outcome: { status: "unknown", basis: "unknown", error_kinds: [] },
      counts: { steps: 3, turns: 1, tool_calls: 1, files_edited: 0, lines_added: 0, lines_removed: 0 },
    },
  };
}

describe("properties", () => {
  it("redacting twice is redacting once, and the check finds nothing left", () => {
    fc.assert(
      fc.property(text, (raw) => {
        const once = createRedactor({ salt: "s", sessionId: "x", facts });
        const clean = once.redactText(raw);
        expect(clean).not.toContain("[UNSTABLE]");
        expect(once.redactText(clean)).toBe(clean);
        expect(createRedactor({ salt: "s", sessionId: "x", facts }).redactText(clean)).toBe(clean);
        expect(verify(clean).filter((found) => found.class === "definite")).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });

  it("a sanitized window is clean, also as bytes, and sanitizing it again changes nothing", () => {
    fc.assert(
      fc.property(text, json, text, (prompt, args, result) => {
        const made = sanitize(windowOf(prompt, args, result), { salt: "s" });
        if (!made.ok) return; // a refusal leaks nothing; the next test counts them
        const { session: _, ...content } = made.episode.content;
        expect(
          verifySerialised(JSON.stringify(content)).filter((found) => found.class === "definite"),
        ).toEqual([]);
        const again = sanitize(
          { ...windowOf(prompt, args, result), content: made.episode.content },
          { salt: "s" },
        );
        expect(again.ok && again.episode.content).toEqual(made.episode.content);
      }),
      { numRuns: 300 },
    );
  });

  it("takes every anchored secret out of any leaf or key, and refuses next to nothing", () => {
    let refused = 0;
    fc.assert(
      fc.property(secret, fc.constantFrom("prompt", "leaf", "key", "deep", "result"), (value, place) => {
        const args: JsonValue =
          place === "leaf"
            ? { a: value }
            : place === "key"
              ? { [value]: 1 }
              : place === "deep"
                ? [[{ x: [`y ${value}`] }]]
                : {};
        const made = sanitize(
          windowOf(place === "prompt" ? `see ${value}` : "hi", args, place === "result" ? value : "ok"),
          { salt: "s" },
        );
        if (!made.ok) {
          refused += 1;
          return;
        }
        expect(JSON.stringify(made.episode.content)).not.toContain(value.slice(-14));
      }),
      { numRuns: 800 },
    );
    expect(refused).toBeLessThan(8);
  });

  it("refuses what is nested too deep, without an exception", () => {
    const deep = JSON.parse(`${"[".repeat(3_000)}${"]".repeat(3_000)}`);
    const made = sanitize(windowOf("hi", deep, "ok"), { salt: "s" });
    expect(made).toMatchObject({ ok: false, refusal: { findings: [{ rule: "nested-too-deep" }] } });
  });

  it("keeps the session's own ids beside, and says by which rules it worked", () => {
    const made = sanitize(windowOf("see /home/jkowalski/app", {}, "ok"), { salt: "s" });
    expect(made).toMatchObject({
      ok: true,
      episode: {
        ordinal: 1,
        closed: true,
        sessionId: "0b7e4c1a-52d3-4e8f-9a61-7c2f5d8e3b90",
        redactions: { total: 2, by_kind: { user: 2 } },
        sanitizer: { rules_version: RULES_VERSION },
      },
    });
  });
});
