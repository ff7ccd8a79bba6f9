import { join } from "node:path";
import type { Command } from "commander";
import { storeForRestore } from "#lib/services/store-owner.ts";
import { instanceIn } from "./backup-instance.ts";
import { permanenceLogIn, signingKeyPath } from "#lib/container.ts";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { noteUpkeep } from "#lib/services/note-upkeep.ts";
import { replayPermanence } from "#lib/services/replay-permanence.ts";
import { adoptSigningKey, demandAdoptable } from "#workers/signing-key.ts";
import { restoreObjects } from "./backup-objects.ts";
import { adoptLog } from "./permanence-copy.ts";
import { type Operator, say, withDeps } from "./with-deps.ts";
import { databaseLines, fromCaller, PARTS, sumOf, writeBackup } from "./write-backup.ts";

/** `backup` and `restore`: the database as lines, the bodies and release files, the never-forget log, the signing key. */
export function backupCommands(program: Command): void {
  program
    .command("backup")
    .description("write everything that can't be rebuilt into a new folder; the instance may keep running")
    .requiredOption("--out <folder>", "a folder that does not exist yet")
    .addHelpText("after", "\nExample: npm run admin -- backup --out /var/backups/trace-share-1")
    .action(({ out }: { out: string }) =>
      withDeps(async (operator) => {
        const counts = await writeBackup(partsOf(operator), fromCaller(out));
        const runs = [{ name: "backup", ok: true, counts }] as const;
        await noteUpkeep(operator.deps, OPERATOR, { action: "instance.backup", runs });
      }),
    );
  program
    .command("restore")
    .description("put a backup into an empty instance and replay the never-forget log over it")
    .requiredOption("--in <folder>", "a folder that `backup` wrote")
    .addHelpText("after", "\nExample: npm run admin -- restore --in /var/backups/trace-share-1")
    .action(({ in: source }: { in: string }) =>
      withDeps((operator) => restoreBackup(partsOf(operator), fromCaller(source)), "any", "migrate"),
    );
}

/** The parts of an instance that a backup is put into. */
export type Restorable = Pick<Operator, "deps" | "backup"> & { signingKey: string };

function partsOf({ deps, backup, config }: Operator): Restorable {
  return { deps, backup, signingKey: signingKeyPath(config) };
}

/**
 * Puts a backup into an empty instance. The database comes last, all of it or nothing: a restore that was cut off before can be
 * repeated, and one that was cut off after is finished by the next start. A worker that runs beside it may clear away objects
 * that no row names yet, so they are looked at once more.
 */
export async function restoreBackup(
  { deps, backup: database, signingKey }: Restorable,
  folder: string,
): Promise<void> {
  const lines = await databaseLines(folder);
  await database.demandEmpty();
  demandAdoptable(signingKey, folder);
  const ownStore = await storeForRestore(deps, await instanceIn(await databaseLines(folder)));
  await adoptLog(deps.permanence, permanenceLogIn(join(folder, PARTS.permanence)));
  adoptSigningKey(signingKey, folder);
  const objects = await restoreObjects(deps, join(folder, PARTS.objects));
  say(`objects: ${objects} files`);
  const rows = sumOf((await database.load(lines)).rows);
  say(`database: ${rows} rows`);
  await ownStore();
  await restoreObjects(deps, join(folder, PARTS.objects));
  const { applied, head } = await replayPermanence(deps);
  say(`never-forget log: ${head.seq} entries, ${applied} applied again`);
  const counts = { rows, objects, applied };
  await deps.store.operations.note({ name: "restore", at: deps.clock.now(), ok: true, counts });
  await deps.store.jobs.enqueue({ name: "sweep" });
  say("restored; search is rebuilt by the worker within minutes of the next start");
}
