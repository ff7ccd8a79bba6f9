import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{app,cli,db,lib,registry,workers,e2e/containers,e2e/support,e2e/wire,e2e/eval}/**/*.test.ts"],
    globalSetup: ["e2e/support/vitest-database.ts"],
    isolate: false,
    pool: "threads",
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
