import { describe, expect, it } from "vitest";
import { sanitizeEvents } from "./sanitize-events.ts";

const base = { source: "manual", session_id: "s1", ts: "2026-02-25T00:00:00Z" };
const jwt = ["eyJhbGciOiJIUzI1NiJ9", "cGF5bG9hZA", "sigvalue1234567890"].join(".");
const pem = ["-----BEGIN", "PRIVATE", "KEY-----\nABCDEF123456\n-----END", "PRIVATE", "KEY-----"].join(" ");

describe("sanitizeEvents", () => {
  const events = [
    {
      ...base,
      kind: "user_msg",
      text: "token=abc123 email=test@example.com ip=127.0.0.1 path=/home/user/private authorization: bearer MYTOKEN123",
    },
    { ...base, kind: "system", text: pem },
    { ...base, kind: "assistant_msg", text: `jwt ${jwt}` },
    {
      ...base,
      kind: "tool_call",
      text: "",
      tool: { name: "sh", args_json: { env: { API_KEY: "k3yk3yk3y9" } } },
      meta: { cwd: "/home/jkowalski/app" },
    },
  ];

  it("gives none of the older tool's planted secrets back, and leaves what is harmless", () => {
    const { events: out, report } = sanitizeEvents(events, { salt: "s" });
    const text = JSON.stringify(out);
    for (const planted of [
      "abc123",
      "/home/user/",
      "MYTOKEN123",
      "ABCDEF123456",
      "cGF5bG9hZA",
      "k3yk3yk3y9",
      "jkowalski",
    ]) {
      expect(text).not.toContain(planted);
    }
    expect(text).toContain("email=test@example.com ip=127.0.0.1");
    expect(text).toContain("/private");
    expect(report).toMatchObject({ events: 4, sanitized: 4, refused: 0 });
    expect(report.redactions.by_path["[].tool.args_json{0}{0}"]).toBe(1);
    expect(JSON.stringify(report)).not.toMatch(/abc123|jkowalski|API_KEY|env/);
  });

  it("refuses an event that is nested too deep, and only that", () => {
    const deep = JSON.parse(`${"[".repeat(400)}${"]".repeat(400)}`);
    const { events: out, report } = sanitizeEvents(
      [...events, { ...base, kind: "system", text: "x", meta: deep }],
      { salt: "s" },
    );
    expect(out[4]).toMatchObject({
      ok: false,
      refusal: { index: 4, findings: [{ rule: "nested-too-deep" }] },
    });
    expect(report.refused).toBe(1);
  });
});
