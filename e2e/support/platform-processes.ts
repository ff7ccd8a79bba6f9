import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type KeptProcess, keepRunning } from "#workers/keep-running.ts";

const ROOT = resolve(import.meta.dirname, "..", "..");
const READY_TIMEOUT_MS = 90_000;

export type ProcessOutput = { logFile: string; onLog?: (line: string) => void };
type Environment = Readonly<Record<string, string>>;

/** One more web process of an instance whose pages are built and whose database is prepared; resolves when it answers. */
export async function startWeb(env: Environment, port: number, output: ProcessOutput): Promise<KeptProcess> {
  const own = { ...env, HOST: "127.0.0.1", PORT: String(port) };
  const web = keep({ name: `web ${port}`, args: ["workers/web.ts"] }, own, output);
  for (const deadline = Date.now() + READY_TIMEOUT_MS; !(await answers(port)); await sleep(50)) {
    if (Date.now() < deadline && web.failures() < 3) continue;
    await web.stop();
    throw new Error("a web process did not come up: the platform's log says why");
  }
  return web;
}

/** One more worker of such an instance. */
export function startWorker(env: Environment, name: string, output: ProcessOutput): KeptProcess {
  return keep({ name, args: ["workers/main.ts"] }, env, output);
}

function keep(
  { name, args }: { name: string; args: readonly string[] },
  env: Environment,
  { logFile, onLog = () => {} }: ProcessOutput,
): KeptProcess {
  // the mark of a run makes a process end with the one that started it (workers/end-with-parent.ts)
  const full = { ...process.env, ...env, TRACE_SHARE_RUN: randomUUID() };
  return keepRunning({ name, args, cwd: ROOT, env: full, logFile }, { onStart: () => {}, onLog });
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
