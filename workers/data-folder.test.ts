import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadConfig } from "#lib/config.ts";
import { dataFolderOf, keepSecret, prepareDataFolder } from "./data-folder.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

test("a missing data folder is made closed to others, and one that exists keeps its mode", () => {
  const made = prepareDataFolder(join(folder.path, "deep", "data"));
  expect(statSync(made).mode & 0o777).toBe(process.getuid?.() === 0 ? 0o711 : 0o700);
  const theirs = join(folder.path, "theirs");
  mkdirSync(theirs, { mode: 0o750 });
  prepareDataFolder(theirs);
  expect(statSync(theirs).mode & 0o777).toBe(0o750);
});

test("no data folder is made or asked for where nothing of the instance lies in it", () => {
  const none = join(folder.path, "none");
  const elsewhere = {
    DATA_DIR: none,
    DATABASE_URL: "postgres://u:a-password-of-the-tests@127.0.0.1/x",
    NEXTAUTH_SECRET: "s".repeat(32),
    SIGNING_KEY_FILE: join(folder.path, "key"),
    S3_BUCKET: "of-the-tests",
    S3_ACCESS_KEY_ID: "key-of-the-tests",
    S3_SECRET_ACCESS_KEY: "secret-of-the-tests",
  };
  expect(dataFolderOf(loadConfig(elsewhere))).toBe(none);
  expect(existsSync(none)).toBe(false);
  expect(dataFolderOf(loadConfig({ ...elsewhere, SIGNING_KEY_FILE: "" }))).toBe(none);
  expect(existsSync(none)).toBe(true);
});

test("a data folder that is a file, or lies where nothing can be made, is one plain line", () => {
  const file = join(folder.path, "file");
  writeFileSync(file, "");
  expect(() => prepareDataFolder(file)).toThrow(
    /^configuration_invalid: DATA_DIR .* is a file: name a folder, or move the file away\.$/,
  );
  expect(() => prepareDataFolder(join(file, "below"))).toThrow(/can't be written to \(ENOTDIR\)/);
});

test.skipIf(process.platform !== "linux")(
  "a place where folders can't be made ends at once (needs /proc)",
  () => {
    expect(() => prepareDataFolder("/proc/trace-share/data")).toThrow(/can't be written to/);
  },
);

test("a secret is made once, kept, and readable by its owner alone", () => {
  const secret = keepSecret(folder.path, "session-secret");
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect(keepSecret(folder.path, "session-secret")).toBe(secret);
  expect(statSync(join(folder.path, "secrets", "session-secret")).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder.path, "secrets")).mode & 0o777).toBe(0o700);
});

test("a damaged secret is named and not replaced", () => {
  keepSecret(folder.path, "session-secret");
  const path = join(folder.path, "secrets", "session-secret");
  writeFileSync(path, "cut");
  expect(() => keepSecret(folder.path, "session-secret")).toThrow(/session-secret is damaged/);
  expect(readFileSync(path, "utf8")).toBe("cut");
});
