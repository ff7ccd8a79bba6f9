import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "#workers/testing/temporary-folder.ts";
import { createDemoFolder } from "./folder.ts";
import { demoSettings } from "./settings.ts";

describe("the demo's settings", () => {
  test("are embedded defaults with automatic release in a folder of its own", () => {
    const { config, notes } = demoSettings({});
    expect(config.releasePolicy).toBe("auto");
    expect(config.databaseUrl).toBeUndefined();
    expect(config.dataDir).toMatch(/demo/);
    expect(notes.length).toBeLessThanOrEqual(1);
  });

  test("leave a database, a policy and sign-in that are set for real use alone, and say so of the database", () => {
    const real = {
      DATABASE_URL: "postgres://u:p@db.example/real",
      RELEASE_POLICY: "review_all",
      GITHUB_ID: "i",
    };
    const { config, notes } = demoSettings({ ...real, PORT: "3211", DATA_DIR: "/tmp/somewhere" });
    expect(config).toMatchObject({ databaseUrl: undefined, releasePolicy: "auto", github: undefined });
    expect(config).toMatchObject({ port: 3211, dataDir: "/tmp/somewhere" });
    expect(notes.join()).toMatch(/DATABASE_URL is not used/);
    expect(notes.join()).not.toMatch(/db\.example/);
  });
});

describe("the demo's folder", () => {
  test("holds a home with the sessions of both agents, and is taken again", () => {
    const { path, remove } = temporaryFolder();
    try {
      const made = createDemoFolder(path);
      expect(createDemoFolder(path)).toEqual(made);
      expect(existsSync(join(made.home, ".claude", "projects"))).toBe(true);
      expect(existsSync(join(made.home, ".codex", "sessions"))).toBe(true);
    } finally {
      remove();
    }
  });

  test("is never made in a folder that holds something else", () => {
    const { path, remove } = temporaryFolder();
    try {
      writeFileSync(join(path, "postgres.log"), "");
      expect(() => createDemoFolder(path)).toThrow(/^configuration_invalid: .* is not a demo's/);
      expect(existsSync(join(path, "demo"))).toBe(false);
    } finally {
      remove();
    }
  });
});
