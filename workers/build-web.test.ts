import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SECRET_FILES } from "#lib/config.ts";
import { SECRETS, SETTINGS } from "#lib/settings.ts";
import { buildEnvironment, ensureWebBuild, holdWebBuild } from "./build-web.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

let folder: ReturnType<typeof temporaryFolder>;
let root: string;
beforeEach(() => {
  folder = temporaryFolder();
  root = folder.path;
  // a checkout without sources, whose pages are built
  mkdirSync(join(root, ".next"));
  mkdirSync(join(root, "node_modules", ".cache"), { recursive: true });
  writeFileSync(join(root, ".next", "BUILD_ID"), "built");
  const digest = createHash("sha256").update(process.version).digest("hex");
  writeFileSync(join(root, ".next", "trace-share-sources"), digest);
});
afterEach(() => folder.remove());

const options = () => ({ root, onLog: () => {}, endWaitMs: 100 });

test("two platforms of one checkout serve the same pages", async () => {
  const held = await Promise.all([holdWebBuild(options()), holdWebBuild(options())]);
  for (const build of held) build.release();
});

test("changed sources are not built under a platform that serves the older pages", async () => {
  const held = await holdWebBuild(options());
  writeFileSync(join(root, "package-lock.json"), "{}");
  await expect(ensureWebBuild(options())).rejects.toMatchObject({
    code: "configuration_invalid",
    detail: expect.stringContaining("another trace-share serves those pages") as string,
  });
  expect(readFileSync(join(root, ".next", "BUILD_ID"), "utf8")).toBe("built");
  held.release();
  // there is nothing that could build here
  await expect(ensureWebBuild(options())).rejects.toMatchObject({ code: "unavailable" });
});

test("a build is given no setting of the instance, and no secret of the machine", () => {
  const names = [...Object.keys(SETTINGS), ...SECRETS, ...SECRET_FILES, "AWS_SECRET_ACCESS_KEY", "NPM_TOKEN"];
  const surroundings = Object.fromEntries(names.map((name) => [name, "hidden words"]));
  expect(buildEnvironment({ ...surroundings, PATH: "/bin", HOME: "/home/x", NODE_ENV: "test" })).toEqual({
    PATH: "/bin",
    HOME: "/home/x",
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
  });
});
