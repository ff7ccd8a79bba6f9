import type { Command } from "commander";
import { examine } from "./doctor/doctor.ts";
import type { Finding } from "./doctor/finding.ts";
import { say } from "./with-deps.ts";

/** `doctor`: what is wrong, in plain words, and what to do. */
export function doctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("look at settings, machine, stores and public address, and say what is wrong and what to do")
    .option("--json", "as JSON", false)
    .addHelpText(
      "after",
      "\nExample: npm run admin -- doctor\nWorks whether trace-share runs or not. Exit code 0: nothing fails; 1: something does.",
    )
    .action(async ({ json }: { json: boolean }) => {
      const findings = await examine(process.env);
      const failed = findings.filter(({ status }) => status === "fail").length;
      const warned = findings.filter(({ status }) => status === "warn").length;
      if (json) say(JSON.stringify({ ok: failed === 0, failed, warned, findings }));
      else {
        for (const finding of findings) for (const line of linesOf(finding)) say(line);
        say(`${findings.length} checks · ${failed} fail · ${warned} warn`);
      }
      if (failed > 0) process.exitCode = 1;
    });
}

function linesOf({ code, status, said, todo }: Finding): string[] {
  const line = `${status.padEnd(4)}  ${code.padEnd(17)} ${said}`;
  return todo === undefined ? [line] : [line, `${" ".repeat(24)}→ ${todo}`];
}
