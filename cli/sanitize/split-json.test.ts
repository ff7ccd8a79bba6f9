import { describe, expect, it } from "vitest";
import { splitJson } from "./split-json.ts";

async function* inPieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function split(text: string, { size, longest }: { size: number; longest: number }) {
  let joined = "";
  let largest = 0;
  for await (const { kind, text: piece } of splitJson(inPieces(text, size), longest)) {
    if (kind !== "raw") JSON.parse(piece);
    largest = Math.max(largest, piece.length);
    joined +=
      kind === "member" ? piece.slice(1, -1) : kind === "key" ? piece.slice(1, -"null}".length) : piece;
  }
  return { value: JSON.parse(joined) as unknown, largest };
}

const value = {
  'a "quoted\\" key': [1, [], {}, "x]},[{\\", { deep: [[["\\\\", "\\"], null]] }],
  list: Array.from({ length: 60 }, (_, index) => ({ index, text: `line ${index}, "so" it } goes ]` })),
  empty: {},
  last: { "[": "{", n: -1.5e3, t: true },
};

describe("a document in pieces", () => {
  it.each([1, 2, 3, 7, 64, 5_000])("is the same document, read by %i characters", async (size) => {
    for (const text of [
      JSON.stringify(value),
      JSON.stringify(value, null, 2),
      JSON.stringify([value, value]),
    ]) {
      const made = await split(text, { size, longest: 100 });
      expect(made.value).toEqual(JSON.parse(text));
      expect(made.largest).toBeLessThan(400 + size);
    }
  });

  it.each(["[]", " {} ", '"text"', "17", "null"])("may be short: %s", async (text) => {
    expect((await split(text, { size: 1, longest: 1 })).value).toEqual(JSON.parse(text));
  });

  const long = `"${"x".repeat(50)}"`;
  it.each([
    `[${long},,1]`,
    `[${long},]`,
    `[${long} ${long}`,
    `[${long}]]`,
    `[${long}}`,
    `{"a":${long},}`,
    `[${long}`,
    `[${long}] 1`,
    `[[${long}] ${long}]`,
    "",
  ])("is refused if it is none: %s", async (text) => {
    await expect(split(text, { size: 5, longest: 8 })).rejects.toThrow();
  });
});
