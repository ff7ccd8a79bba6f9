import { type Config, loadConfig } from "#lib/config.ts";
import { dataFolderOf, keepSecret } from "#workers/data-folder.ts";
import { openDatabase } from "#workers/platform-database.ts";

/** The settings of an instance with what it decides by itself. */
export type InstanceConfig = Config & { databaseUrl: string };

/**
 * Runs work on the database of the settings, attached to or started as it is, and lets it go after. `given` says whether the settings
 * name the database, so that other machines may work on it too.
 */
export async function withDatabase<T>(
  work: (config: InstanceConfig, database: { given: boolean }) => Promise<T>,
): Promise<T> {
  const settings = loadConfig(process.env);
  const dataDir = dataFolderOf(settings);
  const authSecret = settings.authSecret ?? keepSecret(dataDir, "session-secret");
  const database = await openDatabase({ ...settings, dataDir });
  try {
    const given = settings.databaseUrl !== undefined;
    return await work({ ...settings, dataDir, authSecret, databaseUrl: database.url() }, { given });
  } finally {
    await database.close();
  }
}
