import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { addResults, BROKEN, type CheckResult, isSuccess, summaryLine } from "./check-result.ts";

// `npm run check:runtimes`: tries a fresh checkout with each Node and npm that people may have on their machine. What can't
// be had here is reported as skipped, by name. `npm run check:runtimes -- 24/12` tries Node 24 with npm 12 alone.

const ROOT = resolve(import.meta.dirname, "..", "..");
const NODES = [20, 22, 24, 26] as const;
const NPMS = [11, 12] as const;
/** The Node lines that npm 12 runs on: ^22.22.2, ^24.15 or 26 and later. */
const RUNS_NPM: Readonly<Record<(typeof NPMS)[number], readonly number[]>> = {
  11: [20, 22, 24, 26],
  12: [22, 24, 26],
};
const PINNED = /^v24\./;

type Row = { name: string; outcome: string; seconds: number; result: CheckResult };

const folder = mkdtempSync(join(tmpdir(), "trace-share-runtimes-"));
chmodSync(folder, 0o755);
try {
  process.exitCode = checkAll(process.argv.slice(2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function checkAll(chosen: readonly string[]): number {
  const rows: Row[] = [];
  for (const major of NODES) {
    for (const npmMajor of NPMS) {
      if (chosen.length > 0 && !chosen.includes(`${major}/${npmMajor}`)) continue;
      const row = checkOne({ major, npmMajor });
      say(`${row.name}: ${row.outcome}`);
      rows.push(row);
    }
  }
  say("");
  for (const { name, outcome, seconds } of rows) {
    say(`| ${name.padEnd(24)} | ${outcome.padEnd(48)} | ${String(seconds).padStart(4)} s |`);
  }
  const total = addResults(rows.map((row) => row.result));
  say(summaryLine(total));
  return isSuccess(total) ? 0 : 1;
}

function checkOne({ major, npmMajor }: { major: number; npmMajor: (typeof NPMS)[number] }): Row {
  const name = `Node ${major} with npm ${npmMajor}`;
  const began = Date.now();
  const skip = (reason: string): Row => {
    const result = { passed: 0, failed: 0, skipped: [`${name}: ${reason}`] };
    return { name, outcome: `skipped: ${reason}`, seconds: 0, result };
  };
  if (!RUNS_NPM[npmMajor].includes(major)) return skip(`npm ${npmMajor} does not run on Node ${major}`);
  const node = installTool("node", major);
  const npm = installTool("npm", npmMajor);
  if (!node) return skip(`Node ${major} can't be installed here`);
  if (!npm) return skip(`npm ${npmMajor} can't be installed here`);
  const fault = tryCheckout(`${major}-${npmMajor}`, toolPath(`${major}-${npmMajor}`, { node, npm }));
  const seconds = Math.round((Date.now() - began) / 1000);
  return {
    name,
    outcome: fault === undefined ? "passed" : `FAILED: ${fault}`,
    seconds,
    result: fault === undefined ? { passed: 1, failed: 0, skipped: [] } : BROKEN,
  };
}

/**
 * In a fresh checkout: a bare `npm run trace-share` installs by itself and runs on the pinned Node; a second one does not
 * install again; and an `npm ci` by hand is as good.
 */
function tryCheckout(name: string, path: string): string | undefined {
  const checkout = join(folder, `checkout-${name}`);
  copyCheckout(checkout);
  // Asks the runtime that bootstrap.mjs chose what it is.
  writeFileSync(
    join(checkout, "print-version.ts"),
    "const version: string = process.version;\nconsole.log(version);\n",
  );
  const attempt = (command: string, args: string[]) =>
    spawnSync(command, args, { cwd: checkout, env: toolEnv(path), encoding: "utf8", timeout: 10 * 60_000 });
  try {
    const first = attempt("node", ["workers/bootstrap.mjs", "print-version.ts"]);
    if (!PINNED.test(first.stdout))
      return `a bare start did not reach the pinned Node (exit ${first.status})`;
    const second = attempt("node", ["workers/bootstrap.mjs", "print-version.ts"]);
    if (second.stderr.includes("[setup]")) return "a second start installed again";
    if (attempt("npm", ["ci"]).status !== 0) return "npm ci failed";
    const third = attempt("npm", ["run", "trace-share", "--", "--help"]);
    if (third.status !== 0) return `npm run trace-share -- --help ended with ${third.status}`;
    return third.stderr.includes("[setup]") ? "a start after npm ci installed again" : undefined;
  } finally {
    rmSync(checkout, { recursive: true, force: true });
  }
}

/** The tracked files alone, as a clone has them. */
function copyCheckout(checkout: string): void {
  const listed = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (listed.status !== 0) throw new Error("git ls-files failed: check:runtimes needs a git checkout");
  for (const file of listed.stdout.split("\0").filter((path) => path && existsSync(join(ROOT, path)))) {
    cpSync(join(ROOT, file), join(checkout, file));
  }
}

/** Installs a Node or an npm of this major version from the package registry; undefined when there is none. */
function installTool(tool: "node" | "npm", major: number): string | undefined {
  const place = join(folder, `${tool}-${major}`);
  const program = join(place, "node_modules", tool, "bin", tool === "node" ? "node" : "npm-cli.js");
  if (existsSync(program)) return program;
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "package.json"), JSON.stringify({ private: true, allowScripts: { node: true } }));
  const args = ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", `${tool}@${major}`];
  const installed = spawnSync("npm", args, { cwd: place, env: toolEnv(systemPath()), encoding: "utf8" });
  return installed.status === 0 && existsSync(program) ? program : undefined;
}

/** A PATH on which `node` and `npm` are exactly these. */
function toolPath(name: string, { node, npm }: { node: string; npm: string }): string {
  const bin = join(folder, `bin-${name}`);
  mkdirSync(bin);
  symlinkSync(node, join(bin, "node"));
  writeFileSync(join(bin, "npm"), `#!/bin/sh\nexec "${node}" "${npm}" "$@"\n`, { mode: 0o755 });
  return [bin, systemPath()].join(delimiter);
}

/** PATH without the programs that `npm run` and bootstrap.mjs put in front. */
function systemPath(): string {
  const own = join("node_modules", ".bin");
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((entry) => !entry.endsWith(own))
    .join(delimiter);
}

/** A clean environment: what npm told us about our own run must not reach the npm under test. */
function toolEnv(path: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|NODE$)/i.test(name));
  return { ...Object.fromEntries(kept), NODE_ENV: "development", PATH: path };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
