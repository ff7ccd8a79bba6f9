import type { Command } from "commander";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { approveRescan, readRescan, type RescanStatus } from "#lib/services/rescan.ts";
import { say, withDeps } from "./with-deps.ts";

const STATES: Record<RescanStatus["state"], string> = {
  reading: "reading what is stored; nothing is hidden yet",
  waiting: "waits for a person: nothing is hidden before `npm run admin -- rescan approve`",
  hiding: "hiding the hits",
  done: "done",
};

/** `rescan`: how far new rules have got with what is stored, and a person's yes to many hits. */
export function rescanCommands(program: Command): void {
  const rescan = program.command("rescan").description("new rules over what is stored");
  rescan
    .command("status")
    .description("how far they have got, and what they found")
    .option("--json", "as JSON", false)
    .action(({ json }: { json: boolean }) =>
      withDeps(async ({ deps }) => {
        const status = await readRescan(deps, OPERATOR);
        if (json) return say(JSON.stringify(status));
        say(`rules ${status.rulesVersion}: ${STATES[status.state]}`);
        say(`read: ${status.scanned} of ${status.total} · public: ${status.published}`);
        say(`hits: ${status.hits} · hidden: ${status.hidden}`);
        for (const { rule, episodes } of status.byRule) say(`rule ${rule}: ${episodes} episodes`);
      }),
    );
  rescan
    .command("approve")
    .description("agree that the hits are hidden although they are many")
    .action(() =>
      withDeps(async ({ deps }) => {
        const { hits } = await approveRescan(deps, OPERATOR);
        say(`${hits} episodes are being hidden, each with a case`);
      }),
    );
}
