import type { Deps } from "#lib/ports/deps.ts";
import type { OperationName, OperationRun } from "#lib/ports/operations.ts";
import { fail, type Finding, ok, spanOf, warn } from "./finding.ts";

const DAY_MS = 86_400_000;
/** Between two nightly backups lies a day; more is one that failed. */
const BACKUP_MS = 36 * 3_600_000;
const SCRUB_MS = 35 * DAY_MS;
const MANY_JOBS = 1_000;
const MUCH_STAGED = 1024 * 1024 * 1024;

/** Queue, staging and pause. */
export async function checkWork(deps: Deps): Promise<Finding[]> {
  const parked = await deps.jobOffice.parked();
  const pending = await deps.jobOffice.pending();
  const waiting = Object.values(pending).reduce((sum, count) => sum + count, 0);
  const staged = await deps.store.staging.bytes();
  const { paused, permanenceGap } = await deps.store.instance.read();
  return [
    parked.length === 0
      ? ok("jobs_parked", "no job is parked")
      : fail(
          "jobs_parked",
          `${parked.length} jobs failed too often`,
          "`npm run admin -- jobs list`, then `jobs retry ID`",
        ),
    waiting <= MANY_JOBS
      ? ok("jobs_waiting", `${waiting} jobs wait`)
      : warn(
          "jobs_waiting",
          `${waiting} jobs wait`,
          "see that a worker runs; more workers or WORKER_CONCURRENCY help",
        ),
    pending.project <= MANY_JOBS
      ? ok("search_lag", `${pending.project} changes are on their way into the search`)
      : warn(
          "search_lag",
          `${pending.project} changes wait for the search`,
          "see search_engine above, and that a worker runs",
        ),
    staged <= MUCH_STAGED
      ? ok("staging", `${staged} bytes of bodies wait in the database`)
      : warn(
          "staging",
          `${staged} bytes of bodies wait in the database`,
          "see objects above, and that a worker runs",
        ),
    ...(paused
      ? [warn("paused", "the instance is paused", "`npm run admin -- resume` when the reason is gone")]
      : []),
    ...(permanenceGap
      ? [
          warn(
            "permanence_gap",
            "somebody accepted a never-forget log that had lost entries",
            "the transparency page says so; ask contributors to withdraw again",
          ),
        ]
      : []),
  ];
}

/** When backup and scrub ran last, as far as this database knows. */
export async function checkUpkeep(deps: Deps): Promise<Finding[]> {
  const runs = await deps.store.operations.last();
  const now = deps.clock.now();
  const { published = 0 } = await deps.store.episodes.countByState();
  const backup = ageOf(runs, "backup", now);
  const scrub = runs.find(({ name }) => name === "scrub");
  return [
    backup !== null && backup <= BACKUP_MS
      ? ok("backup_age", `the last backup is ${spanOf(backup)} old`)
      : published === 0 && backup === null
        ? ok("backup_age", "no backup yet, and nothing public")
        : warn(
            "backup_age",
            backup === null ? "there was no backup yet" : `the last backup is ${spanOf(backup)} old`,
            "`npm run admin -- backup --out FOLDER`, every night",
          ),
    ...(scrub && !scrub.ok
      ? [
          fail(
            "scrub",
            "the last scrub found damage",
            "`npm run admin -- scrub --all --repair --from FOLDER`",
          ),
        ]
      : []),
    ...((ageOf(runs, "scrub", now) ?? 0) > SCRUB_MS
      ? [warn("scrub_age", "the last scrub is more than a month old", "`npm run admin -- scrub --all`")]
      : []),
  ];
}

function ageOf(runs: readonly OperationRun[], name: OperationName, now: Date): number | null {
  const run = runs.find((entry) => entry.name === name);
  return run ? now.getTime() - run.at.getTime() : null;
}
