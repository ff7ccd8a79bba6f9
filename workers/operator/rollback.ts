import { join } from "node:path";
import { migrate } from "#db/migrate.ts";
import { permanenceLogIn } from "#lib/container.ts";
import { AppError, isAppError } from "#lib/domain/errors.ts";
import type { DatabaseTools } from "#lib/maintenance.ts";
import { type Attached, demandStopped } from "./attached.ts";
import { restoreObjects } from "./backup-objects.ts";
import { adoptLog } from "./permanence-copy.ts";
import { say } from "./with-deps.ts";
import { databaseLines, PARTS, sumOf } from "./write-backup.ts";

export type RolledBack = {
  /** The schema that the database has again. */
  schema: number;
  /** Does this program work with it? Otherwise the one that made the backup has to be started. */
  current: boolean;
  /** Names under which the data from before lie in the same database. */
  kept: string[];
};

/**
 * Puts a database back to a backup from before an upgrade, in the schema of that time. What it held goes under another name in the
 * same database. The never-forget log of the instance stays as it is: what was withdrawn since the backup is applied again by the
 * next start, before its first request. Objects that are missing come back; none are deleted.
 */
export async function rollBack(attached: Attached, folder: string, at: Date): Promise<RolledBack> {
  const { stores, config } = attached;
  const { database } = stores;
  await demandStopped(attached);
  const header = await database.checkBackup(await databaseLines(folder));
  const { programSchema } = await database.facts();
  if (header.schema > programSchema) {
    throw new AppError("configuration_invalid", {
      detail: `The backup has schema ${header.schema}, which is newer than this program's ${programSchema}: use the version that made it.`,
    });
  }
  await adoptLog(stores.permanence, permanenceLogIn(join(folder, PARTS.permanence)));
  const kept = await clearTheWay(attached, header.schema, at);
  await migrate(config.databaseUrl, { upTo: header.schema });
  const rows = sumOf((await database.load(await databaseLines(folder))).rows);
  say(`database: ${rows} rows in the schema ${header.schema}`);
  say(`objects: ${await restoreObjects(stores, join(folder, PARTS.objects))} files looked at`);
  return { schema: header.schema, current: header.schema === programSchema, kept };
}

/** A rollback that was cut off has left an empty database: it goes on there, and keeps what it has set aside. */
async function clearTheWay({ stores }: Attached, schema: number, at: Date): Promise<string[]> {
  const { database } = stores;
  const reached = (await database.facts()).schema <= schema;
  if (reached && (await isEmpty(database))) return (await database.kept()).at(-1)?.schemas ?? [];
  const label = at.toISOString().replaceAll(/[-:T]|\..*$/g, "");
  return database.setAside(label);
}

async function isEmpty(database: Pick<DatabaseTools, "demandEmpty">): Promise<boolean> {
  try {
    await database.demandEmpty();
    return true;
  } catch (error) {
    if (isAppError(error, "already_exists")) return false;
    throw error;
  }
}
