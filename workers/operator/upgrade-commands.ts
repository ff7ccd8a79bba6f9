import type { Command } from "commander";
import { createDeps } from "#lib/container.ts";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { noteUpkeep } from "#lib/services/note-upkeep.ts";
import { prepareInstance } from "#workers/prepare-instance.ts";
import { type Attached, withStores } from "./attached.ts";
import { rollBack } from "./rollback.ts";
import { backUpFirst, orRollback, planUpgrade, smokeTest } from "./upgrade.ts";
import { say } from "./with-deps.ts";
import { fromCaller } from "./write-backup.ts";

type UpgradeOptions = { toBackup?: string; withoutObjects: boolean };

/** `upgrade` and `rollback`: to this version's schema with a backup before, and back to that backup. */
export function upgradeCommands(program: Command): void {
  program
    .command("upgrade")
    .description("back up, bring the database to this version's schema, and try the result")
    .option("--to-backup <folder>", "where the backup goes (default: a new folder in DATA_DIR)")
    .option(
      "--without-objects",
      "leave bodies and release files out of the backup: no upgrade changes them",
      false,
    )
    .addHelpText(
      "after",
      "\nExample: npm run admin -- upgrade --to-backup /var/backups/before-upgrade\nThe version from before may keep running: migrations only add. Start the new one when this has ended.",
    )
    .action(({ toBackup, withoutObjects }: UpgradeOptions) =>
      withStores((attached) =>
        upgrade(attached, {
          folder: toBackup === undefined ? undefined : fromCaller(toBackup),
          withoutObjects,
          at: new Date(),
        }),
      ),
    );
  rollbackCommand(program);
}

/** The whole of `upgrade`. Throws with the command that leads back once anything has been changed. */
export async function upgrade(
  attached: Attached,
  options: { folder?: string | undefined; withoutObjects: boolean; at: Date },
): Promise<void> {
  const plan = await planUpgrade(attached, options);
  const { schema, programSchema } = plan.facts;
  say(
    schema === programSchema
      ? `the schema is ${schema} already`
      : `schema ${schema} becomes ${programSchema}`,
  );
  const counts = await backUpFirst(attached, plan);
  await orRollback(plan.folder, async () => {
    await prepareInstance(attached.config);
    await withInstance(attached, async (deps) => {
      await smokeTest(deps);
      const runs = [
        { name: "backup", ok: true, counts },
        { name: "upgrade", ok: true, counts: { from: schema, to: programSchema } },
      ] as const;
      await noteUpkeep(deps, OPERATOR, { action: "instance.upgrade", runs });
    });
  });
  say(`upgraded; the way back is \`npm run admin -- rollback --in ${plan.folder}\``);
}

function rollbackCommand(program: Command): void {
  program
    .command("rollback")
    .description(
      "put the database back to the backup of an upgrade; what was withdrawn since stays withdrawn",
    )
    .option("--in <folder>", "the folder that `upgrade` or `backup` wrote")
    .option("--drop-kept", "delete the data that rollbacks have set aside, for good", false)
    .addHelpText(
      "after",
      "\nExample: npm run admin -- rollback --in /var/backups/before-upgrade\nUploads since the backup are lost to the instance; the data from before stay in the database under another name.",
    )
    .action((options: { in?: string; dropKept: boolean }, command: Command) => {
      const { in: folder, dropKept } = options;
      if ((folder === undefined) === !dropKept)
        command.error("error: give --in FOLDER, or --drop-kept, and not both");
      return withStores(async (attached) => {
        if (folder === undefined) return dropOld(attached);
        await rollback(attached, fromCaller(folder), new Date());
      });
    });
}

async function dropOld({ stores }: Attached): Promise<void> {
  const count = await stores.database.dropKept();
  say(
    count === 0
      ? "nothing was set aside"
      : `deleted: what ${count === 1 ? "a rollback" : `${count} rollbacks`} had set aside`,
  );
}

/** The whole of `rollback`. */
export async function rollback(attached: Attached, folder: string, at: Date): Promise<void> {
  const { schema, current, kept } = await rollBack(attached, folder, at);
  if (current) {
    await prepareInstance(attached.config);
    await withInstance(attached, async (deps) => {
      await noteUpkeep(deps, OPERATOR, { action: "instance.rollback" });
      await deps.store.jobs.enqueue({ name: "sweep" });
      const { seq } = await deps.permanence.head();
      say(`never-forget log: ${seq} entries, in force`);
    });
  }
  if (kept.length > 0) {
    say(`the data from before are kept in the schemas ${kept.join(", ")}`);
    say(
      "delete them within 35 days, they may hold what is withdrawn: `npm run admin -- rollback --drop-kept`",
    );
  }
  say(
    current
      ? "rolled back; start trace-share"
      : `rolled back; start the version of trace-share whose schema is ${schema}: its start applies what was withdrawn since`,
  );
}

async function withInstance({ config }: Attached, work: (deps: Deps) => Promise<void>): Promise<void> {
  const { deps, close } = await createDeps(config);
  try {
    await work(deps);
  } finally {
    await close();
  }
}
