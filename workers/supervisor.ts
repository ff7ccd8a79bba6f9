import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "#lib/config.ts";
import { AppError } from "#lib/domain/errors.ts";
import { holdWebBuild } from "./build-web.ts";
import { keepSecret, prepareDataFolder, reachProblem } from "./data-folder.ts";
import { tryLock } from "./embedded-postgres/file-lock.ts";
import { isPortFree } from "./embedded-postgres/free-port.ts";
import { type KeptProcess, keepRunning, type ProcessPlan } from "./keep-running.ts";
import { keepDatabase } from "./platform-database.ts";
import { assertMetricsPortsFree, withMetricsPort } from "./metrics-ports.ts";
import { platformEnvironment } from "./platform-environment.ts";
import { prepareInstance } from "./prepare-instance.ts";
import { endLeftovers, readRunRecord, writeRunRecord } from "./run-record.ts";

export type PlatformOptions = {
  config: Config;
  /** One short plain line each; nothing secret. */
  onLog?: ((line: string) => void) | undefined;
  /** Called once, when the first page can be asked for. */
  onReady?: ((platform: Platform) => void) | undefined;
  /** Settings for web and worker beyond those of `config`. */
  extraEnv?: Readonly<Record<string, string>> | undefined;
  /** File for the output of web and worker; this process's own output when absent. */
  logFile?: string | undefined;
  /** Ends the platform, or its start, cleanly. */
  signal?: AbortSignal | undefined;
};

/** A platform that answers requests. */
export type Platform = {
  /** Address on this machine. */
  url: string;
  /** Environment of web and worker, for commands that are to act on the same instance. */
  env: Readonly<Record<string, string>>;
  /** Ends everything and resolves when nothing is left; repeated calls wait for the same end. */
  stop(): Promise<void>;
  /** Resolves when the platform has ended, by `stop` or by the signal. */
  ended: Promise<void>;
};

const ROOT = resolve(import.meta.dirname, "..");
const READY_TIMEOUT_MS = 60_000;

/**
 * Runs the whole platform: data folder, database, migrations, web pages, web server and worker. Resolves when it answers.
 * Throws AppError whose detail tells the operator what to do; whatever was started by then has been ended.
 */
export async function runPlatform(options: PlatformOptions): Promise<Platform> {
  const stack = new AsyncDisposableStack();
  try {
    const { url, env } = await startAll(options, stack);
    const done = Promise.withResolvers<void>();
    const stop = (): Promise<void> => {
      if (!stack.disposed) stack.disposeAsync().then(done.resolve, done.reject);
      return done.promise;
    };
    const platform = { url, env, stop, ended: done.promise };
    options.signal?.addEventListener("abort", () => void platform.stop());
    options.signal?.throwIfAborted();
    options.onReady?.(platform);
    return platform;
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

type Started = { url: string; env: Record<string, string> };

async function startAll(options: PlatformOptions, stack: AsyncDisposableStack): Promise<Started> {
  const { config, signal } = options;
  const onLog = options.onLog ?? (() => {});
  const dataDir = prepareDataFolder(config.dataDir);
  const problem = config.databaseUrl === undefined ? reachProblem(dataDir) : undefined;
  if (problem) throw new AppError("configuration_invalid", { detail: problem });
  claimDataFolder(dataDir, stack);
  await endLeftovers(dataDir);
  await assertPortFree(config);
  await assertMetricsPortsFree(config);
  const authSecret = config.authSecret ?? keepSecret(dataDir, "session-secret");
  const kept: KeptProcess[] = [];
  const run = randomUUID();
  const environment = (databaseUrl: string) =>
    platformEnvironment({ ...config, dataDir, authSecret, databaseUrl }, options.extraEnv);
  const childEnv = (databaseUrl: string): NodeJS.ProcessEnv => ({
    ...process.env,
    ...environment(databaseUrl),
    TRACE_SHARE_RUN: run,
  });
  const database = await keepDatabase(
    { ...config, dataDir },
    {
      onLog,
      onMoved: async (url) => {
        await Promise.all(kept.map((one, index) => one.replaceEnv(withMetricsPort(childEnv(url), index))));
      },
    },
  );
  stack.defer(() => database.close());
  signal?.throwIfAborted();
  await prepareInstance({ ...config, dataDir, authSecret, databaseUrl: database.url() });
  signal?.throwIfAborted();
  const build = await holdWebBuild({ root: ROOT, onLog, signal });
  stack.defer(() => build.release());
  signal?.throwIfAborted();
  kept.push(...startProcesses({ options, dataDir, run, env: childEnv(database.url()), onLog }));
  stack.defer(async () => void (await Promise.all(kept.map((one) => one.stop()))));
  const url = localUrl(config);
  await waitUntilReady({ url, kept, signal });
  return { url, env: environment(database.url()) };
}

/** One platform per data folder; the lock goes with the process. */
function claimDataFolder(dataDir: string, stack: AsyncDisposableStack): void {
  const lock = tryLock(join(dataDir, "platform.lock"));
  if (!lock) {
    const pid = readRunRecord(dataDir)?.supervisor;
    throw new AppError("configuration_invalid", {
      detail: `DATA_DIR ${dataDir} is in use by a trace-share that is running${pid ? ` (process ${pid})` : ""}: stop that one, or choose another DATA_DIR.`,
    });
  }
  stack.defer(() => lock.release());
}

/** Before anything slow: nobody should wait for a build to be told this. */
async function assertPortFree({ host, port }: Config): Promise<void> {
  const free = await isPortFree(port, host).catch((cause: unknown) => {
    throw new AppError("configuration_invalid", {
      detail: `HOST ${host} is no address of this machine: set HOST=127.0.0.1 for this machine alone, or HOST=0.0.0.0 for every network.`,
      cause,
    });
  });
  if (free) return;
  throw new AppError("configuration_invalid", {
    detail: `Port ${port} on ${host} is taken by another program: stop it, or choose another port, for example PORT=${port + 1}.`,
  });
}

type ProcessesInput = {
  options: PlatformOptions;
  dataDir: string;
  run: string;
  env: NodeJS.ProcessEnv;
  onLog: (line: string) => void;
};

function startProcesses({ options, dataDir, run, env, onLog }: ProcessesInput): KeptProcess[] {
  const plans = [
    { name: "web", args: ["workers/web.ts"] },
    { name: "worker", args: ["workers/main.ts"] },
  ];
  const pids = new Map<string, number>();
  const onStart = (name: string, pid: number): void => {
    pids.set(name, pid);
    writeRunRecord(dataDir, { run, supervisor: process.pid, children: [...pids.values()] });
  };
  return plans.map((plan, index) => {
    const own = withMetricsPort(env, index);
    const full: ProcessPlan = { ...plan, cwd: ROOT, env: own, logFile: options.logFile };
    return keepRunning(full, { onStart, onLog });
  });
}

function localUrl({ host, port }: Config): string {
  const name =
    host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

type ReadyInput = { url: string; kept: readonly KeptProcess[]; signal: AbortSignal | undefined };

async function waitUntilReady({ url, kept, signal }: ReadyInput): Promise<void> {
  for (const deadline = Date.now() + READY_TIMEOUT_MS; ; await sleep(50, undefined, { signal })) {
    if (await answers(`${url}/healthz`)) return;
    if (Date.now() > deadline || kept.some((one) => one.failures() >= 3)) {
      throw new AppError("unavailable", {
        detail: "Web server or worker did not come up: their own messages say why.",
      });
    }
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
