import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "#lib/domain/errors.ts";
import { lockFile } from "./embedded-postgres/file-lock.ts";

/** What the pages are built from; anything else may change without a new build. */
const SOURCES = [
  "app",
  "db",
  "lib",
  "public",
  "registry",
  "instrumentation.ts",
  "next.config.ts",
  "package-lock.json",
  "postcss.config.mjs",
  "proxy.ts",
  "tsconfig.json",
];

const BUILD_WAIT_MS = 10 * 60_000;

export type BuildOptions = { root: string; onLog(line: string): void; signal?: AbortSignal | undefined };

/**
 * Builds the web pages for production unless the build that is kept was made from these very sources. Two starts at once
 * build once. Throws AppError `unavailable` with the compiler's own words when the build fails.
 */
export async function ensureWebBuild(options: BuildOptions): Promise<void> {
  const { root, onLog } = options;
  if (isBuilt(root, digestSources(root))) return;
  const folder = join(root, "node_modules", ".cache");
  mkdirSync(folder, { recursive: true });
  const lock = await lockFile(join(folder, "trace-share-build.lock"), { timeoutMs: BUILD_WAIT_MS });
  if (!lock)
    throw new AppError("unavailable", { detail: "Another build of the web pages does not end: try again." });
  try {
    const digest = digestSources(root);
    if (isBuilt(root, digest)) return;
    onLog("building the web pages (once for this version, about half a minute)");
    const began = Date.now();
    rmSync(stampOf(root), { force: true });
    await runBuild(options);
    writeFileSync(stampOf(root), digest);
    onLog(`web pages built in ${Math.round((Date.now() - began) / 1000)} s`);
  } finally {
    lock.release();
  }
}

function stampOf(root: string): string {
  return join(root, ".next", "trace-share-sources");
}

function isBuilt(root: string, digest: string): boolean {
  try {
    return (
      readFileSync(stampOf(root), "utf8") === digest && statSync(join(root, ".next", "BUILD_ID")).isFile()
    );
  } catch {
    return false;
  }
}

/** A digest over names and contents of everything the build reads; tests are no part of it. */
function digestSources(root: string): string {
  const hash = createHash("sha256").update(process.version);
  for (const source of SOURCES) {
    for (const path of filesUnder(root, source)) {
      hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
    }
  }
  return hash.digest("hex");
}

function filesUnder(root: string, path: string): string[] {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (!stat || path.endsWith(".test.ts") || path.endsWith("/testing")) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(join(root, path))
    .toSorted()
    .flatMap((name) => filesUnder(root, `${path}/${name}`));
}

/** The compiler's output is shown only when it failed. */
function runBuild({ root, signal }: BuildOptions): Promise<void> {
  const next = join(root, "node_modules", "next", "dist", "bin", "next");
  const child = spawn(process.execPath, [next, "build"], {
    cwd: root,
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    killSignal: "SIGTERM",
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => output.push(data));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(buildError(Buffer.concat(output).toString("utf8")));
    });
  });
}

function buildError(said: string): AppError {
  const detail = `The web pages could not be built:\n${said.trim().slice(-4000)}`;
  return new AppError("unavailable", { detail });
}
