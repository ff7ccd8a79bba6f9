import { createDeps, type Instance } from "#lib/container.ts";
import { type Config, loadConfig } from "#lib/config.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { prepareInstance } from "#workers/prepare-instance.ts";
import { keepSecret, prepareDataFolder } from "#workers/data-folder.ts";
import { openDatabase } from "#workers/platform-database.ts";

/** What an operator command works with. */
export type Operator = { deps: Deps; backup: Instance["backup"]; config: Config & { databaseUrl: string } };

/**
 * Runs one command on the instance of the settings: attaches to its database or starts it, brings it up to date and in line
 * with the never-forget log, and closes everything after.
 */
export async function withDeps<T>(work: (operator: Operator) => Promise<T>): Promise<T> {
  const settings = loadConfig(process.env);
  const dataDir = prepareDataFolder(settings.dataDir);
  const authSecret = settings.authSecret ?? keepSecret(dataDir, "session-secret");
  const database = await openDatabase({ ...settings, dataDir });
  try {
    const config = { ...settings, dataDir, authSecret, databaseUrl: database.url() };
    await prepareInstance(config);
    const { deps, backup, close } = await createDeps(config);
    try {
      return await work({ deps, backup, config });
    } finally {
      await close();
    }
  } finally {
    await database.close();
  }
}

/** One line of a command's output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
