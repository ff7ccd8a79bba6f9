import type { Command } from "commander";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import { setPaused } from "#lib/services/pause.ts";
import { readTransparency } from "#lib/services/transparency.ts";
import { rescanCommands } from "./rescan-commands.ts";
import { say, withDeps } from "./with-deps.ts";

/** `status`, `pause`, `resume`, `jobs` and `rescan`: what the instance does now. */
export function instanceCommands(program: Command): void {
  program
    .command("status")
    .description("counts and queue of this instance")
    .option("--json", "as JSON", false)
    .action(({ json }: { json: boolean }) =>
      withDeps(async ({ deps }) => {
        // the policy is a setting of the running platform, which this command's own environment need not have
        const { releasePolicy: _policy, ...known } = await readTransparency(deps);
        const status = { ...known, jobs: await deps.jobOffice.pending() };
        if (json) return say(JSON.stringify(status));
        say(`paused: ${status.paused ? "yes" : "no"} · rules: ${status.rulesVersion}`);
        for (const [name, count] of Object.entries(status.counts)) say(`${name}: ${count} episodes`);
        for (const [name, count] of Object.entries(status.jobs)) say(`job ${name}: ${count} waiting`);
      }),
    );
  const pause = (paused: boolean) => () =>
    withDeps(async ({ deps }) => {
      await setPaused(deps, OPERATOR, { paused });
      say(paused ? "paused: uploads, automatic release and publishing are stopped" : "resumed");
    });
  program
    .command("pause")
    .description("stop uploads, automatic release and publishing at once")
    .action(pause(true));
  program.command("resume").description("let them go on").action(pause(false));
  jobCommands(program);
  rescanCommands(program);
}

function jobCommands(program: Command): void {
  const jobs = program.command("jobs").description("work that failed too often and waits for a person");
  jobs
    .command("list")
    .description("parked jobs")
    .action(() =>
      withDeps(async ({ deps }) => {
        const parked = await deps.jobOffice.parked();
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
}
