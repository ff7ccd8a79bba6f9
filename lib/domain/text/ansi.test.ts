import { describe, expect, it } from "vitest";
import { terminalLines } from "./ansi.ts";

const ESC = "\u001b";
const plain = (text: string) => terminalLines(text).map((line) => line.map((span) => span.text).join(""));

describe("terminal output", () => {
  it("keeps plain lines as they are", () => {
    expect(plain("a\nb\n")).toEqual(["a", "b", ""]);
    expect(plain("a\r\nb")).toEqual(["a", "b"]);
    expect(plain("\tindented")).toEqual(["\tindented"]);
  });

  it("maps SGR colours to names of the theme and carries them over lines", () => {
    expect(terminalLines(`${ESC}[1;31merror${ESC}[0m: no\n${ESC}[32mok\nstill`)).toEqual([
      [{ text: "error", colour: "red", bold: true }, { text: ": no" }],
      [{ text: "ok", colour: "green" }],
      [{ text: "still", colour: "green" }],
    ]);
  });

  it("reads 256 and true colours, with colons too, and drops what it doesn't know", () => {
    expect(terminalLines(`${ESC}[38;5;196mr`)[0]).toEqual([{ text: "r", colour: "red" }]);
    expect(terminalLines(`${ESC}[38;2;20;60;240mb`)[0]).toEqual([{ text: "b", colour: "blue" }]);
    expect(terminalLines(`${ESC}[38:5:244mg`)[0]).toEqual([{ text: "g", colour: "grey" }]);
    expect(terminalLines(`${ESC}[38;5;999mx${ESC}[77my`)[0]).toEqual([{ text: "x" }, { text: "y" }]);
    expect(terminalLines(`${ESC}[48;5;22;31mx`)[0]).toEqual([{ text: "x", marked: true, colour: "red" }]);
  });

  it("collapses progress to its last frame", () => {
    expect(plain("10 %\r50 %\r100 %\ndone")).toEqual(["100 %", "done"]);
    expect(plain("50 %\r\r\n")).toEqual(["50 %", ""]);
    expect(plain(`a\r${ESC}[2Kb`)).toEqual(["b"]);
  });

  it("strips window titles, links, clipboard writes, cursor moves and C1 codes", () => {
    expect(plain(`${ESC}]0;title\u0007x`)).toEqual(["x"]);
    expect(plain(`${ESC}]8;;https://evil.example${ESC}\\link${ESC}]8;;${ESC}\\`)).toEqual(["link"]);
    expect(plain(`${ESC}]52;c;QUJD\u0007x${ESC}[10A${ESC}[?25l${ESC}(By\u009b31mz\u0085`)).toEqual(["xyz"]);
    expect(plain("a\u0000b\u0008c\u007f")).toEqual(["abc"]);
  });

  it("hides nothing behind a sequence without an end", () => {
    expect(plain(`${ESC}]0;never closed\nnext line`)).toEqual(["0;never closed", "next line"]);
    expect(plain(`${ESC}P${"x".repeat(5000)}`)).toEqual(["x".repeat(5000)]);
    expect(plain(`${ESC}[8mconcealed`)).toEqual(["concealed"]);
    expect(plain(`end ${ESC}`)).toEqual(["end "]);
  });

  it("takes markup as text", () => {
    expect(plain("<img src=x onerror=alert(1)>")).toEqual(["<img src=x onerror=alert(1)>"]);
  });

  it("is linear", () => {
    const started = performance.now();
    terminalLines(`${ESC}]${ESC}[`.repeat(60_000));
    terminalLines("\r".repeat(200_000));
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});
