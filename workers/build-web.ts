import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "#lib/domain/errors.ts";
import { type FileLock, lockFile } from "./embedded-postgres/file-lock.ts";

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
/** A platform that is being stopped lets go of the pages within this. */
const END_WAIT_MS = 10_000;
const IN_USE =
  "The sources have changed since the web pages were built, and another trace-share serves those pages from this checkout: stop it first, or start this one from a checkout of its own.";

export type BuildOptions = {
  root: string;
  onLog(line: string): void;
  signal?: AbortSignal | undefined;
  /** For how long to wait for a platform that serves the pages and is perhaps being stopped. */
  endWaitMs?: number;
};

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
    const alone = await lockFile(inUse(root), { timeoutMs: options.endWaitMs ?? END_WAIT_MS });
    if (!alone) throw new AppError("configuration_invalid", { detail: IN_USE });
    alone.release();
    onLog("building the web pages (once for this version, about half a minute)");
    const began = Date.now();
    rmSync(stampOf(root), { force: true });
    await nextBuild({ root, signal: options.signal });
    writeFileSync(stampOf(root), digest);
    onLog(`web pages built in ${Math.round((Date.now() - began) / 1000)} s`);
  } finally {
    lock.release();
  }
}

/**
 * Builds the pages where that is needed, and holds them for as long as they are served: whoever starts with changed sources in
 * the same checkout is refused, because a new build would take the files away under the web server that reads them.
 */
export async function holdWebBuild(options: BuildOptions): Promise<FileLock> {
  await ensureWebBuild(options);
  const held = await lockFile(inUse(options.root), { mode: "shared", timeoutMs: END_WAIT_MS });
  if (held) return held;
  throw new AppError("unavailable", { detail: "Another start is about to build the web pages: try again." });
}

function inUse(root: string): string {
  return join(root, "node_modules", ".cache", "trace-share-build-in-use.lock");
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

/**
 * The build's id and the key that goes into the names of server actions follow from the sources: a form or a page of one machine
 * is understood by another one that has built the same sources. The key is public thereby; what a web process encrypts, it
 * encrypts under a key of its own (platform-environment.ts).
 */
function namesOf(digest: string): Record<string, string> {
  const key = createHash("sha256").update(`server actions|${digest}`).digest("base64");
  return { TRACE_SHARE_BUILD_ID: digest.slice(0, 20), NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: key };
}

/** What a compiler needs of its surroundings, by name. */
const PASSED =
  /^(?:PATH|HOME|TMPDIR|TMP|TEMP|LANG|LC_[A-Z]+|TZ|USER|LOGNAME|CI|NODE_OPTIONS|LD_LIBRARY_PATH|SystemRoot|windir|COMSPEC|PATHEXT|APPDATA|LOCALAPPDATA|USERPROFILE)$/i;

/** The surroundings without anything of the instance: a build that knows no secret can't put one into the pages. */
export function buildEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const passed = Object.entries(env).filter(([name]) => PASSED.test(name));
  return { ...Object.fromEntries(passed), NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
}

type NextBuild = {
  root: string;
  /** What the build is to be told beyond its usual surroundings. */
  env?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
};

/** Runs the compiler; its output is shown only when it failed. Throws AppError `unavailable` with it. */
export function nextBuild({ root, env, signal }: NextBuild): Promise<void> {
  const next = join(root, "node_modules", "next", "dist", "bin", "next");
  const child = spawn(process.execPath, [next, "build"], {
    cwd: root,
    env: { ...buildEnvironment(process.env), ...namesOf(digestSources(root)), ...env },
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
