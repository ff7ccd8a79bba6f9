import { expect, it } from "vitest";
import { markdownBlocks } from "./markdown.ts";

it("reads the blocks of a data card and leaves the front matter out", () => {
  const card = [
    "---",
    "license: cc0-1.0",
    "---",
    "",
    "# Title",
    "Two",
    "lines.",
    "",
    "| file | rows |",
    "| --- | ---: |",
    "| `a` | 1 |",
    "- one",
    "  more",
    "- two",
    "```sh",
    "# not a heading",
    "",
    "zstd -t",
    "```",
    "end",
  ].join("\n");
  expect(markdownBlocks(card)).toEqual([
    { kind: "heading", level: 1, text: "Title" },
    { kind: "paragraph", text: "Two lines." },
    { kind: "table", head: ["file", "rows"], rows: [["`a`", "1"]] },
    { kind: "list", items: ["one more", "two"] },
    { kind: "code", text: "# not a heading\n\nzstd -t" },
    { kind: "paragraph", text: "end" },
  ]);
});

it("keeps markup and links as text and survives what is cut off", () => {
  expect(markdownBlocks("<b>x</b> [a](javascript:alert(1))")).toEqual([
    { kind: "paragraph", text: "<b>x</b> [a](javascript:alert(1))" },
  ]);
  expect(markdownBlocks("```\nopen")).toEqual([{ kind: "code", text: "open" }]);
  expect(markdownBlocks("```")).toEqual([{ kind: "code", text: "" }]);
  expect(markdownBlocks("---\nnever closed")).toEqual([{ kind: "paragraph", text: "--- never closed" }]);
});
