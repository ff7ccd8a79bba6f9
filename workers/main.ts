import { createDeps, getConfig, type Instance } from "#lib/container.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { explainError } from "./explain-error.ts";
import { jobHandlers } from "./handlers/job-handlers.ts";

/** The worker process: works on jobs until it is told to end. The supervisor has prepared the database before. */
const stopping = Promise.withResolvers<void>();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => stopping.resolve());

try {
  const instance = await createDeps(getConfig(), { role: "worker" });
  try {
    await work(instance);
  } finally {
    await instance.close();
  }
} catch (error) {
  const { lines, exitCode } = explainError(error);
  for (const line of lines) process.stderr.write(`trace-share worker: ${line}\n`);
  process.exitCode = exitCode;
}
// A connection that a fault left half open must not keep the process.
process.exit();

async function work({ deps, work: startWork }: Instance): Promise<void> {
  await refuseForgetting(deps);
  await startWork(jobHandlers(deps));
  // what a crash or a restore left undone is found at once, not at the next tick of the clock
  await deps.store.jobs.enqueue({ name: "sweep" });
  deps.log.info("worker.ready", { library: deps.codec.library });
  await stopping.promise;
  deps.log.info("worker.stopping");
}

/**
 * Refuses a never-forget log that ends before what the database remembers: its jobs could bring back what was withdrawn
 * (permanence.md 13). The start of the platform replays the log, so this catches a folder that was changed under our feet.
 * The database is read first, because the log is always written before it.
 */
async function refuseForgetting(deps: Deps): Promise<void> {
  const { permanenceHead: remembered } = await deps.store.instance.read();
  const head = await deps.permanence.head();
  const forgets = head.seq < remembered.seq || (head.seq === remembered.seq && head.hash !== remembered.hash);
  if (!forgets) return;
  throw new AppError("permanence_broken", {
    detail: `The never-forget log ends at entry ${head.seq}, but the database remembers entry ${remembered.seq}: stop trace-share and bring back the permanence folder of the data folder.`,
  });
}
