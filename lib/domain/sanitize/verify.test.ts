import { describe, expect, it } from "vitest";
import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { letters, makeSecret } from "./testing/make-secret.ts";
import { verify, verifySerialised, verifyWritten } from "./verify.ts";

const token = makeSecret("ghp_<alnum 36>");

describe("verify", () => {
  it("names the rule and a safe place, never a key or a value", () => {
    const findings = verify({
      steps: [{ kind: "tool_call", args: { a: "b", "my secret plan": { [token]: `x ${token}` } } }],
    });
    expect(findings).toEqual([
      {
        rule: "github-token",
        kind: "secret",
        class: "definite",
        path: "steps[0].args{1}{0}#key",
        start: 0,
        end: 40,
      },
      {
        rule: "github-token",
        kind: "secret",
        class: "definite",
        path: "steps[0].args{1}{0}",
        start: 2,
        end: 42,
      },
    ]);
  });

  it("takes ids, hashes, signatures, nonces and keys of a record for what they are", () => {
    const hex = letters("0-9a-f", 64);
    expect(
      verify({
        id: hex,
        content_hash: hex,
        nonce: hex.slice(0, 32),
        session: { key: hex, position: 1 },
        time: { start: "2026-02-25T09:51:59.245Z" },
        rights: { consent_version: "2026-02-25", accepted_at: "2026-02-25T09:51:59.245Z" },
        private: {
          slot: hex,
          contributor_key: hex,
          signature: letters("0-9a-f", 128),
          revocation_authority: hex,
          revocation_code_hash: hex,
        },
        sanitizer: { rules_version: `1-${hex.slice(0, 12)}` },
      }),
    ).toEqual([]);
  });

  it("sees numbers that are cards", () => {
    expect(verify({ args: { n: 4111111111111111 } }).map((found) => found.rule)).toEqual(["payment-card"]);
  });

  it("asks for a person where a token stands in two neighbouring texts", () => {
    const found = verify({ args: ["go", token.slice(0, 15), token.slice(15)] });
    expect(found).toMatchObject([{ rule: "github-token", class: "candidate" }]);
  });
});

describe("verifySerialised", () => {
  it("sees what parsing hides: a key given twice, an escaped letter", () => {
    expect(verifySerialised(`{"text":"${token}","text":"clean"}`)).toMatchObject([
      { rule: "github-token", path: "" },
    ]);
    expect(verifySerialised(`{"text":"gh\\u0070${token.slice(3)}"}`)).toMatchObject([
      { rule: "github-token", path: "text" },
    ]);
  });

  it("refuses what is no JSON, and what is nested too deep", () => {
    expect(verifySerialised("{")).toMatchObject([{ rule: "not-json", class: "definite" }]);
    expect(verify(JSON.parse(`${"[".repeat(400)}${"]".repeat(400)}`))).toMatchObject([
      { rule: "nested-too-deep" },
    ]);
  });
});

describe("verifyWritten", () => {
  it.each([
    ["a token", { text: `x ${token}` }],
    ["a token under a key that is its own", { [token]: 1 }],
    ["a token over two texts", { args: ["go", token.slice(0, 15), token.slice(15)] }],
    ["a token that stands in the bytes alone", { a: [token.slice(0, 12), token.slice(12)], b: "clean" }],
    ["nothing", { text: "clean", n: 4, deep: [{ a: null }, [true]] }],
    ["a number that is a card", { args: { n: 4111111111111111 } }],
  ])("finds what reading the written text finds: %s", (_name, value) => {
    expect(verifyWritten(value)).toEqual(verifySerialised(JSON.stringify(value)));
  });

  it("refuses what is nested too deep", () => {
    let value: JsonValue = "x";
    for (let depth = 0; depth < 300; depth += 1) value = [value];
    expect(verifyWritten(value)).toMatchObject([{ rule: "nested-too-deep", class: "definite" }]);
  });
});
