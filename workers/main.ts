import { once } from "node:events";
import { createDeps, getConfig, type Instance, observe, waitForDatabase } from "#lib/container.ts";
import { catchUpWithLog } from "#lib/services/replay-permanence.ts";
import { distrustObjects } from "#lib/services/store-body.ts";
import { demandOwnStore } from "#lib/services/store-owner.ts";
import { explainError } from "./explain-error.ts";
import { jobHandlers } from "./handlers/job-handlers.ts";

/** The worker process: works on jobs until it is told to end. Somebody else has prepared the database, or is about to. */
const stopping = new AbortController();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, onSignal);

/** How long running jobs may take to their end. The supervisor ends us the hard way after six seconds; a container is given a minute. */
const FINISH_MS = process.env["TRACE_SHARE_RUN"] ? 4_000 : 50_000;

try {
  const config = getConfig();
  for (const line of config.warnings) say(line);
  const observation = await observe("worker");
  await waitForDatabase(config, say, { signal: stopping.signal });
  const instance = await createDeps(config, { role: "worker", finishJobsMs: FINISH_MS, observation });
  try {
    await work(instance);
  } finally {
    await instance.close();
  }
} catch (error) {
  if (!stopping.signal.aborted) {
    const { lines, exitCode } = explainError(error);
    for (const line of lines) say(line);
    process.exitCode = exitCode;
  }
}
// A connection that a fault left half open must not keep the process.
process.exit();

/** The first signal lets jobs finish; what the second one cuts off is tried again by another worker. */
function onSignal(): void {
  if (stopping.signal.aborted) process.exit(1);
  stopping.abort();
}

function say(line: string): void {
  process.stderr.write(`trace-share worker: ${line}\n`);
}

async function work({ deps, work: startWork }: Instance): Promise<void> {
  await demandOwnStore(deps);
  // its jobs could bring back what was withdrawn (permanence.md 13)
  await catchUpWithLog(deps);
  const distrusted = await distrustObjects(deps);
  if (distrusted > 0) deps.log.info("worker.looks_again", { objects: distrusted });
  await startWork(jobHandlers(deps));
  // what a crash or a restore left undone is found at once, not at the next tick of the clock
  await deps.store.jobs.enqueue({ name: "sweep" });
  deps.log.info("worker.ready", { library: deps.codec.library });
  if (!stopping.signal.aborted) await once(stopping.signal, "abort");
  deps.log.info("worker.stopping");
}
