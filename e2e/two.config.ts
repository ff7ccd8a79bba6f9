import { defineConfig } from "@playwright/test";

// Two web and two worker processes of one instance, and what only several processes can get wrong. `npm test` runs this; the
// whole suite on such an instance is `npm run test:two`.
process.env["TEST_TWO_OF_EACH"] ||= "files";

export default defineConfig({
  testDir: "two",
  testMatch: "**/*.spec.ts",
  // a worker that falls silent loses its job after a minute: too long for every run
  ...(process.env["TEST_TWO_WHOLE"] ? {} : { testIgnore: "**/workers.spec.ts" }),
  globalSetup: "./support/walks-platform.ts",
  outputDir: "../test-results/two",
  // they stop processes and the whole instance, so one after the other
  workers: 1,
  timeout: 60_000,
  forbidOnly: true,
  retries: 0,
});
