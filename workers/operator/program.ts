import type { Command } from "commander";
import { accountCommands } from "./account-commands.ts";
import { auditCommands } from "./audit-commands.ts";
import { backupCommands } from "./backup-commands.ts";
import { doctorCommand } from "./doctor-commands.ts";
import { instanceCommands } from "./instance-commands.ts";
import { prepareCommands } from "./prepare-commands.ts";
import { rotateCommands } from "./rotate-commands.ts";
import { scrubCommands } from "./scrub-commands.ts";
import { setupCommand } from "./setup-command.ts";
import { searchCommands } from "./search-commands.ts";
import { snapshotCommands } from "./snapshot-commands.ts";
import { upgradeCommands } from "./upgrade-commands.ts";

const GROUPS = [
  doctorCommand,
  accountCommands,
  instanceCommands,
  snapshotCommands,
  searchCommands,
  backupCommands,
  upgradeCommands,
  scrubCommands,
  rotateCommands,
  prepareCommands,
  setupCommand,
  auditCommands,
];

/** Adds every operator command to a program. */
export function operatorCommands(program: Command): void {
  for (const add of GROUPS) add(program);
}
