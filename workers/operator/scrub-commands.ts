import { createReadStream, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import { scrub, type ScrubReport } from "#lib/services/scrub.ts";
import type { RepairSource } from "#lib/services/scrub-tally.ts";
import { say, withDeps } from "./with-deps.ts";
import { fromCaller, PARTS } from "./write-backup.ts";

const DEFAULT_SAMPLE = 1_000;
type Options = { sample: number; all: boolean; repair: boolean; from?: string; json: boolean };

/** `scrub`: reads stored objects back, says what is damaged, and puts it right from a backup. */
export function scrubCommands(program: Command): void {
  program
    .command("scrub")
    .description("read stored bodies and release files back and compare them with their digests")
    .option("--sample <number>", "how many bodies, drawn at random", parseCount, DEFAULT_SAMPLE)
    .option("--all", "every body, every release file, and objects that no row names", false)
    .option("--repair", "put back what is missing or damaged, where its right bytes are found", false)
    .option("--from <folder>", "a backup to repair from, beside the database's own copies")
    .option("--json", "as JSON", false)
    .addHelpText(
      "after",
      "\nExample: npm run admin -- scrub --all --repair --from /var/backups/trace-share-1\nExit code 1: something is damaged and was not repaired.",
    )
    .action((options: Options) =>
      withDeps(async ({ deps }) => {
        const { from, all, sample, repair } = options;
        const source = from === undefined ? undefined : backupObjects(fromCaller(from));
        const input = { sample: all ? null : sample, repair, ...(source && { source }) };
        const report = await scrub(deps, OPERATOR, input);
        show(report, options.json);
        if (report.missing + report.corrupt > report.repaired) process.exitCode = 1;
      }),
    );
}

function show(report: ScrubReport, json: boolean): void {
  if (json) return say(JSON.stringify(report));
  const { checked, bytes, staged, missing, corrupt, unknown, repaired, faults } = report;
  for (const fault of faults) {
    say(`${fault.kind}: ${fault.subject}${fault.repaired ? ", repaired" : ""}`);
  }
  say(`read: ${checked} objects, ${bytes} bytes · still in the database: ${staged}`);
  say(`missing: ${missing} · other bytes: ${corrupt} · repaired: ${repaired} · named by no row: ${unknown}`);
}

/** The objects of a backup folder, by key. Keys come from our own rows. */
function backupObjects(folder: string): RepairSource {
  const objects = join(folder, PARTS.objects);
  if (!existsSync(objects)) {
    throw new AppError("configuration_invalid", { detail: `${folder} holds no backup with objects.` });
  }
  return {
    open: async (key) => {
      const path = join(objects, key);
      return statSync(path, { throwIfNoEntry: false })?.isFile() ? chunksOf(path) : null;
    },
  };
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path)) {
    // without an encoding a file's chunks are bytes
    yield chunk as Uint8Array;
  }
}

function parseCount(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new InvalidArgumentError("A number of bodies, from 1 on.");
  return Number(text);
}
