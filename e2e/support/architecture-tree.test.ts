import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryFiles } from "./repository-files.ts";

const ROOT = resolve(import.meta.dirname, "..", "..");
const DEPTH = 3;

/** Folders to the third level that hold a file. */
function foldersOf(root: string): string[] {
  const folders = repositoryFiles(root).flatMap((path) => {
    const parts = path.split("/").slice(0, -1).slice(0, DEPTH);
    return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  });
  return [...new Set(folders)].toSorted();
}

/** Folders of the tree in docs/architecture.md: two blanks a level, a folder ends with a slash, then its phrase. */
function foldersInTree(page: string): string[] {
  const tree = /^```tree\n([\s\S]*?)^```/m.exec(page)?.[1] ?? "";
  const above: string[] = [];
  return tree.split("\n").flatMap((line) => {
    const [, blanks = "", name] = /^( *)(\S+)\/(?:\s|$)/.exec(line) ?? [];
    if (name === undefined) return [];
    above.splice(blanks.length / 2, above.length, name);
    return [above.join("/")];
  });
}

describe("the tree in docs/architecture.md", () => {
  const listed = foldersInTree(readFileSync(join(ROOT, "docs/architecture.md"), "utf8"));
  const found = foldersOf(ROOT);

  it("lists only folders that exist", () => {
    expect(listed.length).toBeGreaterThan(20);
    expect(listed.filter((folder) => !found.includes(folder))).toEqual([]);
  });

  it("lists every folder to the third level", () => {
    expect(found.filter((folder) => !listed.includes(folder))).toEqual([]);
  });
});
