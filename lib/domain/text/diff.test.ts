import { describe, expect, it } from "vitest";
import { fileDiff, lineDiff } from "./diff.ts";
import { parsePatch } from "./patch.ts";
import { diffsOfCall } from "./tool-diff.ts";

const show = (lines: readonly { kind: string; text: string }[]) =>
  lines.map(({ kind, text }) => `${{ same: " ", add: "+", remove: "-", note: "@" }[kind]}${text}`);

describe("line diff", () => {
  it("marks only what changed", () => {
    expect(show(lineDiff("a\nb\nc\nd", "a\nB\nc\nd\ne"))).toEqual([" a", "-b", "+B", " c", " d", "+e"]);
    expect(show(lineDiff("", "a\n"))).toEqual(["+a"]);
    expect(show(lineDiff("same", "same"))).toEqual([" same"]);
  });

  it("falls back to whole blocks where a comparison would cost too much", () => {
    const old = Array.from({ length: 2_000 }, (_, i) => `old ${i}`).join("\n");
    const diff = fileDiff(null, lineDiff(old, old.replaceAll("old", "new")));
    expect([diff.removed, diff.added]).toEqual([2_000, 2_000]);
  });
});

describe("patches", () => {
  it("reads the patch form of coding agents", () => {
    const files = parsePatch(
      "*** Begin Patch\n*** Update File: src/a.rs\n@@ fn main\n-let x = 1;\n+let x = 2;\n ok\n*** Add File: b.txt\n+hello\n*** End Patch\n",
    );
    expect(files?.map(({ path, added, removed }) => [path, added, removed])).toEqual([
      ["src/a.rs", 1, 1],
      ["b.txt", 1, 0],
    ]);
  });

  it("reads unified diffs of several files, with removed lines that look like headers", () => {
    const text =
      "--- a/x.sql\n+++ b/x.sql\n@@ -1,2 +1,1 @@\n--- comment\n keep\n--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1 @@\n+hi\n";
    const files = parsePatch(text);
    expect(files?.map(({ path, lines }) => [path, show(lines)])).toEqual([
      ["x.sql", ["@@@ -1,2 +1,1 @@", "--- comment", " keep"]],
      ["new.txt", ["@@@ -0,0 +1 @@", "+hi"]],
    ]);
  });

  it("is null for other text", () => {
    expect(parsePatch("no patch\n--- dashes\n")).toBeNull();
  });
});

describe("diffs of tool calls", () => {
  it("reads replacements, lists of them, whole files and patches inside shell calls", () => {
    const edit = diffsOfCall({ file_path: "a.ts", old_string: "x", new_string: "y\nz" });
    expect(edit?.map((file) => [file.path, file.added, file.removed])).toEqual([["a.ts", 2, 1]]);
    const list = diffsOfCall({
      path: "a",
      edits: [{ old_string: "1", new_string: "2" }, { new_string: "3" }, null],
    });
    expect(list?.map((file) => [file.added, file.removed])).toEqual([[2, 1]]);
    expect(diffsOfCall({ file_path: "n.md", content: "a\nb" })?.[0]?.added).toBe(2);
    const shell = diffsOfCall({
      command: ["apply_patch", "*** Begin Patch\n*** Add File: a\n+b\n*** End Patch"],
    });
    expect(shell?.[0]?.path).toBe("a");
  });

  it("is null where nothing changes", () => {
    for (const args of [undefined, 3, "ls", { command: "ls" }, { path: "a" }, ["a"]])
      expect(diffsOfCall(args)).toBeNull();
  });
});
