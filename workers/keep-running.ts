import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** One of the platform's processes as the supervisor wants it. */
export type ProcessPlan = {
  /** Short name for messages: "web", "worker". */
  name: string;
  /** Script and arguments for Node. */
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** File for its output; standard output and error when absent. */
  logFile: string | undefined;
};

/** A process that is started again whenever it ends, until `stop`. */
export type KeptProcess = {
  pid(): number | undefined;
  /** How often it ended by itself. */
  failures(): number;
  /** Starts it anew with another environment. */
  replaceEnv(env: NodeJS.ProcessEnv): Promise<void>;
  /** SIGTERM, then SIGKILL for who does not listen. */
  stop(): Promise<void>;
};

export type KeepEvents = { onStart(name: string, pid: number): void; onLog(line: string): void };

const STOP_TIMEOUT_MS = 6_000;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;
/** Who ran this long is healthy again: the next restart is quick. */
const HEALTHY_MS = 30_000;

/** Starts a process and keeps it running, with a growing pause between restarts. */
export function keepRunning(plan: ProcessPlan, events: KeepEvents): KeptProcess {
  const ending = new AbortController();
  let env = plan.env;
  let failures = 0;
  let replacing = false;
  let child = start();

  function start(): ChildProcess {
    const started = spawnChild({ ...plan, env });
    const startedAt = Date.now();
    if (started.pid !== undefined) events.onStart(plan.name, started.pid);
    void ended(started).then(({ code, signal }) => {
      if (ending.signal.aborted || replacing || started !== child) return;
      failures = Date.now() - startedAt > HEALTHY_MS ? 1 : failures + 1;
      const pause = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
      events.onLog(`${plan.name} ended (${signal ?? `exit code ${code}`}); starting it again in ${pause} ms`);
      void restartAfter(started, pause);
    });
    return started;
  }

  async function restartAfter(previous: ChildProcess, pause: number): Promise<void> {
    await sleep(pause, undefined, { signal: ending.signal }).catch(() => {});
    if (!ending.signal.aborted && child === previous) child = start();
  }

  return {
    pid: () => child.pid,
    failures: () => failures,
    replaceEnv: async (next) => {
      env = next;
      replacing = true;
      // One after the other: both would want the same port.
      await stopChild(child);
      replacing = false;
      if (!ending.signal.aborted) child = start();
    },
    stop: async () => {
      ending.abort();
      await stopChild(child);
    },
  };
}

function spawnChild({ args, cwd, env, logFile }: ProcessPlan): ChildProcess {
  const log = logFile === undefined ? "inherit" : openSync(logFile, "a", 0o600);
  const preload = join(import.meta.dirname, "end-with-parent.ts");
  // In a process group of its own, so that Ctrl-C reaches the supervisor alone and the order of ending is ours.
  const child = spawn(process.execPath, ["--import", preload, ...args], {
    cwd,
    env,
    stdio: ["ignore", log, log, "ipc"],
    detached: true,
    windowsHide: true,
  });
  if (typeof log === "number") closeSync(log);
  return child;
}

type End = { code: number | null; signal: NodeJS.Signals | null };

/** Resolves once the process is gone, also when it could not be started at all. */
function ended(child: ChildProcess): Promise<End> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode });
  }
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", () => {
      if (child.pid === undefined) resolve({ code: 1, signal: null });
    });
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  const end = ended(child);
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await end;
  clearTimeout(timer);
}
