import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CANARIES_VARIABLE, makeCanaries, OUTPUT_VARIABLE } from "#cli/testing/canaries.ts";
import { checkOutput } from "./check-output.ts";
import { addResults, BROKEN, type CheckResult, isSuccess, summaryLine } from "./check-result.ts";
import { findBrowser } from "./chromium.ts";
import { readPlaywrightReport } from "./playwright-result.ts";
import { readVitestReport } from "./vitest-result.ts";
import { walkNames } from "./walk-names.ts";

// `npm test`: every check in order, all of them even after a failure, and one line that sums up. With `--two-of-each files` or
// `--two-of-each bucket`: what speaks to a running platform, with two web and two worker processes of it.

const ROOT = resolve(import.meta.dirname, "..", "..");
const LAST_WORDS_MS = 5_000;
const STAGES = { static: runStatic, unit: runUnit, wire: runWire, two: runTwo, walks: runWalks } as const;
type Stage = keyof typeof STAGES;

/** Checks without tests of their own; each counts as one. */
const STATIC_CHECKS: readonly { name: string; args: readonly string[] }[] = [
  { name: "format (biome)", args: ["node_modules/@biomejs/biome/bin/biome", "format", "."] },
  { name: "lint (oxlint)", args: ["node_modules/oxlint/bin/oxlint", "--type-aware", "--deny-warnings"] },
  { name: "route types (next typegen)", args: ["node_modules/next/dist/bin/next", "typegen"] },
  { name: "types (tsc)", args: ["node_modules/typescript/bin/tsc", "-p", ".", "--noEmit"] },
  { name: "unused code (knip)", args: ["node_modules/knip/bin/knip.js"] },
];

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const stages = chosenStages(args);
  if (!stages) {
    process.stderr.write(
      "usage: run-checks.ts [--only static|unit|wire|two|walks | --two-of-each files|bucket]\n",
    );
    return 2;
  }
  const reports = mkdtempSync(join(tmpdir(), "trace-share-checks-"));
  const results: CheckResult[] = [];
  const canaries = makeCanaries();
  // read by tests, and by the platforms and programs that they start
  process.env[CANARIES_VARIABLE] = JSON.stringify(canaries);
  process.env[OUTPUT_VARIABLE] = reports;
  try {
    for (const stage of stages) results.push(await STAGES[stage](reports));
    results.push(checkOutput(reports, { canaries, root: ROOT, say }));
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
  const total = addResults(results);
  say("");
  for (const name of total.skipped) say(`skipped: ${name}`);
  say(summaryLine(total));
  return isSuccess(total) ? 0 : 1;
}

function chosenStages(args: readonly string[]): Stage[] | undefined {
  const all: Stage[] = ["static", "unit", "wire", "two", "walks"];
  if (args.length === 0) return all;
  const [flag, wanted, ...rest] = args;
  if (flag === "--two-of-each" && (wanted === "files" || wanted === "bucket") && rest.length === 0) {
    // read by the platform's start and by e2e/two.config.ts
    Object.assign(process.env, { TEST_TWO_OF_EACH: wanted, TEST_TWO_WHOLE: "1" });
    return ["two", "wire", "walks"];
  }
  const chosen = all.filter((stage) => stage === wanted);
  return flag === "--only" && rest.length === 0 && chosen.length === 1 ? chosen : undefined;
}

async function runStatic(): Promise<CheckResult> {
  const results: CheckResult[] = [];
  for (const { name, args } of STATIC_CHECKS) {
    const began = Date.now();
    const exitCode = await run(args);
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    say(`${exitCode === 0 ? "passed" : "FAILED"}: ${name}, ${seconds} s`);
    results.push(exitCode === 0 ? { passed: 1, failed: 0, skipped: [] } : BROKEN);
  }
  return addResults(results);
}

async function runUnit(reports: string): Promise<CheckResult> {
  say("tests (vitest)");
  const file = join(reports, "vitest.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const exitCode = await run(["node_modules/vitest/vitest.mjs", "run", ...reporters]);
  return readReport(file, (report) => readVitestReport(report, exitCode));
}

async function runWalks(reports: string): Promise<CheckResult> {
  say("browser walks (playwright)");
  const browser = await findBrowser();
  if ("missing" in browser) {
    return { passed: 0, failed: 0, skipped: walkNames(ROOT).map((name) => `${name}: ${browser.missing}`) };
  }
  return runPlaywright(reports, "walks", "e2e/playwright.config.ts");
}

/** The API over HTTP, on an instance of its own: it withdraws what a release walk would publish. Needs no browser. */
function runWire(reports: string): Promise<CheckResult> {
  say("wire tests (playwright)");
  return runPlaywright(reports, "wire", "e2e/wire.config.ts");
}

/** What only several processes of one instance can get wrong, on two of each. */
function runTwo(reports: string): Promise<CheckResult> {
  say("two of each (playwright)");
  return runPlaywright(reports, "two", "e2e/two.config.ts");
}

async function runPlaywright(reports: string, name: string, config: string): Promise<CheckResult> {
  const file = join(reports, `${name}.json`);
  const args = ["test", "--config", config, "--reporter=list,json"];
  const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: file };
  const exitCode = await run(["node_modules/@playwright/test/cli.js", ...args], env);
  return readReport(file, (report) => readPlaywrightReport(report, exitCode));
}

/** Runs a Node program of the project's packages with its output passed through and kept for `checkOutput`. */
function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
  const colours: Record<string, string> = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
  const child = spawn(process.execPath, [...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...colours, ...process.env, ...env },
  });
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (chunk: Buffer) => {
      process[name].write(chunk);
      appendFileSync(join(process.env[OUTPUT_VARIABLE] ?? tmpdir(), `checks-${name}.log`), chunk);
    });
  }
  return new Promise((resolve) => {
    child.once("error", () => resolve(1));
    child.once("exit", (code) => {
      // the last of the output comes behind the end; something left running may hold it open
      const late = setTimeout(() => resolve(code ?? 1), LAST_WORDS_MS);
      child.once("close", () => {
        clearTimeout(late);
        resolve(code ?? 1);
      });
    });
  });
}

/** A stage that left no report that can be read has failed. */
function readReport(file: string, read: (report: unknown) => CheckResult): CheckResult {
  try {
    return read(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    say("FAILED: the run left no report");
    return BROKEN;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
