import { describe, expect, it } from "vitest";
import { piecesOf, visibleText } from "./visible.ts";

describe("text made visible", () => {
  it("leaves ordinary text whole, with line feeds, tabs, accents and emoji", () => {
    const text = "Zoë\tsays\n👩‍💻 ok ✔️";
    expect(piecesOf(text)).toEqual([{ kind: "text", text }]);
  });

  it("names bidirectional, zero-width, tag and control characters", () => {
    expect(piecesOf("a\u202eb")).toEqual([
      { kind: "text", text: "a" },
      { kind: "invisible", code: "U+202E" },
      { kind: "text", text: "b" },
    ]);
    expect(visibleText("x\u200by\u{e0041}z\u200d\u0007")).toBe("x⟨U+200B⟩y⟨U+E0041⟩z⟨U+200D⟩⟨U+0007⟩");
    expect(visibleText("\r")).toBe("⟨U+000D⟩");
  });

  it("finds placeholders of ours and of the older tool", () => {
    expect(piecesOf("key [SECRET:github-pat#2], [PHONE], [REDACTED_EMAIL], [REDACTED] [other]")).toEqual([
      { kind: "text", text: "key " },
      { kind: "redaction", text: "[SECRET:github-pat#2]", label: "secret #2 · github-pat" },
      { kind: "text", text: ", " },
      { kind: "redaction", text: "[PHONE]", label: "phone" },
      { kind: "text", text: ", " },
      { kind: "redaction", text: "[REDACTED_EMAIL]", label: "email" },
      { kind: "text", text: ", " },
      { kind: "redaction", text: "[REDACTED]", label: "redacted" },
      { kind: "text", text: " [other]" },
    ]);
  });
});
