import { array, assert as check, integer, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { type Line, splitLines } from "./split-lines.ts";

const encoder = new TextEncoder();

/** The lines of a text that comes in pieces of so many bytes, too long ones as `null`. */
function linesOf(text: string, pieceBytes: number, maxBytes = 1_000): (string | null)[] {
  const bytes = encoder.encode(text);
  const splitter = splitLines(maxBytes);
  const lines: (Line | undefined)[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes)
    lines.push(...splitter.push(bytes.subarray(at, at + pieceBytes)));
  lines.push(splitter.end());
  return lines.flatMap((line) =>
    line === undefined ? [] : ["bytes" in line ? new TextDecoder().decode(line.bytes) : null],
  );
}

describe("splitting bytes into lines", () => {
  it("gives the same lines wherever the pieces end, empty ones and the last one without an end included", () => {
    check(
      property(array(string({ maxLength: 12 })), integer({ min: 1, max: 7 }), (parts, pieceBytes) => {
        const lines = parts.map((part) => part.replaceAll("\n", "").toWellFormed());
        const ended = lines.map((line) => `${line}\n`).join("");
        expect(linesOf(ended, pieceBytes)).toEqual(lines);
        expect(linesOf(`${ended}rest`, pieceBytes)).toEqual([...lines, "rest"]);
      }),
      { numRuns: 60 },
    );
  });

  it("passes over a line that is too long and reads the next", () => {
    expect(linesOf("12345\n123456\n1\n1234567", 2, 5)).toEqual(["12345", null, "1", null]);
  });

  it("keeps no piece: a line of single bytes costs what its bytes cost", () => {
    const splitter = splitLines(10);
    const piece = encoder.encode("a");
    splitter.push(piece);
    piece.fill(0x62);
    splitter.push(piece);
    expect(splitter.end()).toEqual({ bytes: encoder.encode("ab") });
  });
});
