import { defineConfig } from "@playwright/test";
import { findBrowser } from "./support/chromium.ts";

// Without a browser only the wire tests run; run-checks.ts reports the walks as skipped.
const browser = await findBrowser();
XX
/** Set by the global setup; known when the worker processes read this file. */
const baseURL = process.env["WALK_URL"];

export default defineConfig({
  testDir: "walks",
  testMatch: "**/*.spec.ts",
  globalSetup: "./support/walks-platform.ts",
  outputDir: "../test-results",
  // The walks share one instance; each makes its own accounts, so files may run side by side.
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  retries: 0,
  use: {
    ...(baseURL ? { baseURL } : {}),
    launchOptions: browser.launch,
    locale: "en-GB",
    timezoneId: "UTC",
    trace: "retain-on-failure",
  },
});
