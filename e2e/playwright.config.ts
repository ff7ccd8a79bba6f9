import { defineConfig } from "@playwright/test";
import { findBrowser } from "./support/chromium.ts";

// When there is no browser, run-checks.ts reports the walks as skipped and never comes here.
const browser = await findBrowser();
if ("missing" in browser) throw new Error(browser.missing);

/** Set by the global setup; known when the worker processes read this file. */
const baseURL = process.env["WALK_URL"];

/** Two of each share the machine with the browsers: everything takes as much longer. */
const patience = process.env["TEST_TWO_OF_EACH"] ? 3 : 1;

export default defineConfig({
  testDir: "walks",
  globalSetup: "./support/walks-platform.ts",
  outputDir: "../test-results",
  // The walks share one instance; each makes its own accounts, so files may run side by side.
  workers: 2,
  timeout: patience * 60_000,
  expect: { timeout: patience * 10_000 },
  forbidOnly: true,
  retries: 0,
  projects: [
    { name: "walks", testMatch: "**/*.spec.ts", testIgnore: "**/pause.spec.ts" },
    // stops the whole instance, so it has it alone
    { name: "pause", testMatch: "**/pause.spec.ts", dependencies: ["walks"] },
  ],
  use: {
    ...(baseURL ? { baseURL } : {}),
    launchOptions: browser.launch,
    locale: "en-GB",
    timezoneId: "UTC",
    trace: "retain-on-failure",
  },
});
