import { describe, expect, it } from "vitest";
import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { createRedactor } from "#lib/domain/sanitize/redact.ts";
import {
  createDenyWordFinder,
  denyWordsText,
  readDenyWords,
  toDenyWord,
  withDenyWord,
} from "./deny-words.ts";

function redacted(value: JsonValue, ...words: string[]): JsonValue {
  const finder = createDenyWordFinder(words);
  const facts = { cwds: [], gitRemotes: [], gitBranches: [] };
  const redactor = createRedactor({
    salt: "s",
    sessionId: "x",
    facts,
    ...(finder ? { also: finder.spansIn } : {}),
  });
  return redactor.redactValue(value);
}

describe("deny-words", () => {
  it("are taken out wherever they stand, capitals or not, the same word by the same number", () => {
    const made = redacted(
      { text: "Falcon and FALCON, falconry", args: { Falcon: ["Osprey"] } },
      "falcon",
      "osprey",
    );
    expect(made).toEqual({
      text: "[SECRET:deny-word#1] and [SECRET:deny-word#1], [SECRET:deny-word#1]ry",
      args: { "[SECRET:deny-word#1]": ["[SECRET:deny-word#2]"] },
    });
  });

  it("are found behind escapes, line breaks, invisible characters and in base64", () => {
    const word = "Project Falcon";
    for (const text of [
      "Project\nFalcon",
      "Pro\u200bject Falcon",
      JSON.stringify(JSON.stringify("Project Falcon")),
      btoa("the secret of Project Falcon is out"),
    ]) {
      expect(createDenyWordFinder([word])?.isIn({ text })).toBe(true);
      expect(createDenyWordFinder([word])?.isIn({ text: redacted(text, word) })).toBe(false);
    }
  });

  it("are found with their accents written as marks of their own, as some file systems do, and the other way round", () => {
    const [composed, apart] = ["NFC", "NFD"].map((form) => "J\u00f6rg \u00c4ther".normalize(form));
    for (const word of [composed, apart]) {
      const made = JSON.stringify(redacted({ text: `${composed}; /srv/${apart}/notes` }, word ?? ""));
      expect(made.match(/\[SECRET:deny-word#1\]/g)).toHaveLength(2);
    }
  });

  it("are found with whatever hyphen they are written, the same word by the same number", () => {
    const written = ["-", "\u2010", "\u2011"].map((hyphen) => `Grey${hyphen}Heron`);
    for (const word of written) {
      expect(redacted(written, word)).toEqual(written.map(() => "[SECRET:deny-word#1]"));
      expect(withDenyWord([word], written[0] ?? "")).toEqual([word]);
    }
    // a dash between words is no hyphen
    expect(redacted("Grey\u2014Heron", "Grey-Heron")).toBe("Grey\u2014Heron");
  });

  it("change no placeholder and no word of the schema, so that a record stays one", () => {
    const record = {
      source: { tool: "codex_cli", model: "codex-large" },
      steps: [
        { kind: "tool_call", call: "c1", tool: { name: "shell", kind: "shell" }, args: { kind: "shell" } },
      ],
      outcome: { status: "success", basis: "exit_code", error_kinds: ["shell"] },
    };
    expect(redacted(record, "shell", "codex", "success", "tool_call")).toEqual({
      ...record,
      source: { tool: "codex_cli", model: "[SECRET:deny-word#1]-large" },
      steps: [
        {
          kind: "tool_call",
          call: "c1",
          tool: { name: "[SECRET:deny-word#2]", kind: "shell" },
          args: { kind: "[SECRET:deny-word#2]" },
        },
      ],
    });
    expect(redacted("[SECRET:jwt#1] and a secret", "secret", "deny-word")).toBe(
      "[SECRET:jwt#1] and a [SECRET:deny-word#1]",
    );
  });

  it("need three characters with a letter or digit, and end somewhere", () => {
    expect(toDenyWord("  Falcon\n")).toEqual({ ok: true, word: "Falcon" });
    expect(toDenyWord("东京塔")).toEqual({ ok: true, word: "东京塔" });
    expect(toDenyWord("ab")).toMatchObject({ code: "too_short" });
    expect(toDenyWord("----")).toMatchObject({ code: "too_short" });
    expect(toDenyWord("a".repeat(1_001))).toMatchObject({ code: "too_long" });
  });

  it("are kept once whatever their capitals, and up to a thousand", () => {
    expect(withDenyWord(["Falcon"], "FALCON")).toEqual(["Falcon"]);
    expect(withDenyWord(["Falcon"], "Osprey")).toEqual(["Falcon", "Osprey"]);
    expect(
      withDenyWord(
        Array.from({ length: 1_000 }, (_, index) => `word ${index}`),
        "Osprey",
      ),
    ).toBeUndefined();
  });

  it("are read back as written, and nothing else is", () => {
    expect(readDenyWords(denyWordsText(["a\nb", '"c"']))).toEqual(["a\nb", '"c"']);
    for (const text of [
      "",
      "[]",
      '{"version":2,"words":[]}',
      '{"version":1,"words":["ab"]}',
      '{"version":1,"words":[],"x":1}',
    ]) {
      expect(readDenyWords(text)).toBeUndefined();
    }
  });
});
