import { defineConfig } from "@playwright/test";

// Tests of the API over HTTP, by Playwright's runner without a browser, on one instance that all files share.
export default defineConfig({
  testDir: "wire",
  testMatch: "**/*.spec.ts",
  globalSetup: "./support/walks-platform.ts",
  outputDir: "../test-results/wire",
  workers: 2,
  timeout: 30_000,
  forbidOnly: true,
  retries: 0,
});
