import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{app,cli,db,lib,registry,workers,e2e/containers,e2e/support,e2e/wire,e2e/eval}/**/*.test.ts"],
    globalSetup: ["e2e/support/vitest-database.ts"],
    isolate: false,
    pool: "threads",
    // one thread for each processor: by itself Vitest leaves one free, which is half of a small machine
    maxWorkers: "100%",
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
