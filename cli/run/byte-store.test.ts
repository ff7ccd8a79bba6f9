import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createByteStore } from "./byte-store.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "byte-store-test-"));
  vi.stubEnv("TMPDIR", folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe("bytes that are kept", () => {
  const pieces = [1_000, 0, 300_000, 1].map((length, index) => Buffer.alloc(length, `piece ${index}`));

  it.each([
    ["in memory", 10_000_000],
    ["in both", 1_500],
    ["in a private file", 0],
  ])("come back as they were, sealed or not: %s", (_where, mostInMemory) => {
    for (const sealed of [false, true]) {
      const store = createByteStore(mostInMemory, { sealed });
      const kept = pieces.map((piece) => store.keep(piece));
      for (const [index, fetch] of [...kept.entries()].toReversed())
        expect(Buffer.compare(fetch(), pieces[index] ?? Buffer.of())).toBe(0);
    }
  });

  it("are in their file for its owner alone, and sealed ones for nobody", () => {
    const words = Buffer.from("what stood in the session");
    for (const sealed of [false, true]) createByteStore(0, { sealed }).keep(words);
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile());
    expect(files.map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
    expect(files.map((path) => readFileSync(path).length)).toEqual([words.length, words.length]);
    expect(files.filter((path) => readFileSync(path).equals(words))).toHaveLength(1);
  });
});
