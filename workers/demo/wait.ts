import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "#lib/domain/errors.ts";
import type { JobName } from "#lib/ports/jobs.ts";
import { sayDetail } from "./say.ts";
import type { Stage } from "./stage.ts";

const LOOK_EVERY_MS = 100;
const SAY_EVERY_MS = 1000;
/** A worker that was killed keeps its job for a minute before another may take it, so this is more than that. */
const STILL_FOR_MS = 180_000;

/**
 * Waits until `isDone`. `progress` is said when it changes, once a second at most; when nothing changes for three minutes, or
 * the worker gave a job up, that is an error.
 */
export async function waitUntil(
  stage: Stage,
  isDone: () => Promise<boolean>,
  progress: () => Promise<string>,
): Promise<void> {
  let said = "";
  let changedAt = Date.now();
  while (!(await isDone())) {
    await demandNothingParked(stage);
    const now = await progress();
    if (now !== said && Date.now() - changedAt >= SAY_EVERY_MS) {
      sayDetail(`${now} …`);
      said = now;
      changedAt = Date.now();
    }
    if (Date.now() - changedAt > STILL_FOR_MS) {
      throw new AppError("unavailable", { detail: `nothing has happened for three minutes (${now})` });
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: stage.signal });
  }
}

/** Waits until the worker has no episode in hand: bodies stored, screened, in the search index, the withdrawn ones purged. */
export async function waitForWorker(stage: Stage, progress: () => Promise<string>): Promise<void> {
  const names: readonly JobName[] = ["store-body", "screen", "project", "purge"];
  const isIdle = async () => {
    const pending = await stage.deps.jobOffice.pending();
    return names.every((name) => pending[name] === 0);
  };
  await waitUntil(stage, isIdle, progress);
  await demandNothingParked(stage);
}

/** Gives what an earlier run left parked another try. */
export async function retryParked({ deps }: Stage): Promise<void> {
  for (const { id } of await deps.jobOffice.parked()) await deps.jobOffice.retry(id);
}

async function demandNothingParked({ deps }: Stage): Promise<void> {
  const [parked] = await deps.jobOffice.parked();
  if (!parked) return;
  throw new AppError("unavailable", {
    detail: `the worker gave up on ${parked.name} of ${parked.subject ?? "the instance"} (${parked.code})`,
  });
}
