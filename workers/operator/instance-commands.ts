import type { Command } from "commander";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import { setPaused } from "#lib/services/pause.ts";
import type { OperationRun } from "#lib/ports/operations.ts";
import { takeStore } from "#lib/services/store-owner.ts";
import { readTransparency } from "#lib/services/transparency.ts";
import { rescanCommands } from "./rescan-commands.ts";
import { say, withDeps } from "./with-deps.ts";

/** `status`, `pause`, `resume`, `jobs` and `rescan`: what the instance does now. */
export function instanceCommands(program: Command): void {
  program
    .command("status")
    .description("counts and queue of this instance, and when its upkeep ran last")
    .option("--json", "as JSON", false)
    .addHelpText("after", "\nExample: npm run -s admin -- status --json")
    .action(({ json }: { json: boolean }) =>
      withDeps(async ({ deps }) => {
        // the policy is a setting of the running platform, which this command's own environment need not have
        const { releasePolicy: _policy, ...known } = await readTransparency(deps);
        const jobs = await deps.jobOffice.pending();
        const parked = (await deps.jobOffice.parked()).length;
        const status = { ...known, jobs, parked, lastRuns: await deps.store.operations.last() };
        if (json) return say(JSON.stringify(status));
        say(`paused: ${status.paused ? "yes" : "no"} · rules: ${status.rulesVersion}`);
        for (const [name, count] of Object.entries(status.counts)) say(`${name}: ${count} episodes`);
        for (const [name, count] of Object.entries(status.jobs)) say(`job ${name}: ${count} waiting`);
        say(`parked jobs: ${parked}`);
        for (const run of status.lastRuns) say(lineOf(run));
      }, "none"),
    );
  const pause = (paused: boolean) => () =>
    withDeps(async ({ deps }) => {
      await setPaused(deps, OPERATOR, { paused });
      say(paused ? "paused: uploads, automatic release and publishing are stopped" : "resumed");
      // an emergency may be one of the bucket
    }, "none");
  program
    .command("pause")
    .description("stop uploads, automatic release and publishing at once")
    .action(pause(true));
  program.command("resume").description("let them go on").action(pause(false));
  program
    .command("take-bucket")
    .description(
      "make the bucket of S3_BUCKET this instance's, where the instance that it belonged to is gone for good",
    )
    .action(() =>
      withDeps(async ({ deps }) => {
        const { taken } = await takeStore(deps);
        say(
          taken
            ? "taken: the instance that had this bucket stops"
            : "nothing to take: it is this instance's already",
        );
      }, "any"),
    );
  jobCommands(program);
  rescanCommands(program);
}

/** One run of upkeep as a line. */
function lineOf({ name, at, ok, counts }: OperationRun): string {
  const numbers = Object.entries(counts).map(([what, count]) => `${what} ${count}`);
  return `last ${name}: ${at.toISOString()} · ${ok ? "ok" : "with damage"} · ${numbers.join(", ")}`;
}

function jobCommands(program: Command): void {
  const jobs = program.command("jobs").description("work that failed too often and waits for a person");
  jobs
    .command("list")
    .description("parked jobs: id, kind, subject, code, when")
    .option("--json", "as JSON", false)
    .addHelpText("after", "\nExample: npm run admin -- jobs list")
    .action(({ json }: { json: boolean }) =>
      withDeps(async ({ deps }) => {
        const parked = await deps.jobOffice.parked();
        if (json) return say(JSON.stringify(parked));
        if (parked.length === 0) return say("no job is parked");
        for (const job of parked) {
          say(`${job.id}  ${job.name}  ${job.subject ?? "-"}  ${job.code}  ${job.failedAt.toISOString()}`);
        }
      }),
    );
  jobs
    .command("retry <id>")
    .description("try a parked job again")
    .action((id: string) =>
      withDeps(async ({ deps }) => {
        if (!(await deps.jobOffice.retry(id)))
          throw new AppError("not_found", { detail: "No parked job has that id." });
        say("the job is queued again");
      }),
    );
  jobs
    .command("cancel <id>")
    .description("forget a parked job; the sweep asks again for work that is still needed")
    .action((id: string) =>
      withDeps(async ({ deps }) => {
        if (!(await deps.jobOffice.cancel(id)))
          throw new AppError("not_found", { detail: "No parked job has that id." });
        say("the job is forgotten");
      }),
    );
}
