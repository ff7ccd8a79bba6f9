import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { resolveSecretFiles } from "./secret-files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secret-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(content: string, mode = 0o600): string {
  const path = join(folder, "secret");
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

const read = (path: string, more: Record<string, string> = {}) =>
  resolveSecretFiles({ A_SECRET_FILE: path, ...more }, ["A_SECRET"]);
const faultOf = (path: string, more: Record<string, string> = {}) => {
  const { wrong } = read(path, more);
  expect(wrong).toHaveLength(1);
  expect(JSON.stringify(wrong)).not.toContain(folder);
  return wrong[0]?.line;
};

test.each(["hidden words", "hidden words\n", "hidden words\r\n", "hidden words\n\n"])(
  "a line break at the end is no part of a secret: %j",
  (content) => {
    const { env, wrong, warnings } = read(file(content));
    expect(env["A_SECRET"]).toBe("hidden words");
    expect([...wrong, ...warnings]).toEqual([]);
  },
);

test("a setting without a file stays as it is", () => {
  expect(resolveSecretFiles({ A_SECRET: "given", A_SECRET_FILE: "" }, ["A_SECRET"])).toMatchObject({
    env: { A_SECRET: "given" },
    wrong: [],
  });
});

test("a secret given twice is refused, whatever the file holds", () => {
  expect(faultOf(join(folder, "missing"), { A_SECRET: "given" })).toBe(
    "A_SECRET and A_SECRET_FILE say the same thing: set one of them.",
  );
});

test.each([
  ["", "is empty"],
  ["\n\n", "is empty"],
  ["  \n", "is empty"],
  ["one\ntwo", "several lines"],
  ["x".repeat(70_000), "no secret's file"],
])("a file that holds no secret is refused: %#", (content, said) => {
  expect(faultOf(file(content))).toContain(said);
});

test("a file that is missing, a folder, or below a file is refused", () => {
  expect(faultOf(join(folder, "missing"))).toContain("does not exist");
  expect(faultOf(join(file("x"), "below"))).toContain("does not exist");
  mkdirSync(join(folder, "made-by-docker"));
  expect(faultOf(join(folder, "made-by-docker"))).toContain("names a folder");
  expect(faultOf("/dev/zero")).toContain("no secret's file");
});

test("a file that everybody can read is used with a warning, unless its folder keeps others out", () => {
  chmodSync(folder, 0o755);
  const open = read(file("hidden words", 0o644));
  expect(open.env["A_SECRET"]).toBe("hidden words");
  expect(open.warnings).toEqual([expect.stringMatching(/^A_SECRET_FILE .*every user/)]);
  chmodSync(folder, 0o700);
  expect(read(file("hidden words", 0o644)).warnings).toEqual([]);
});

// root may read everything
test.skipIf(process.getuid?.() === 0)("a file of somebody else is refused", () => {
  expect(faultOf(file("hidden words", 0o000))).toContain("may not read");
});
