import { createDeps, type Instance } from "#lib/container.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { type OlderSchema, prepareInstance, type StorageUse } from "#workers/prepare-instance.ts";
import { type InstanceConfig, withDatabase } from "./with-database.ts";

/** What an operator command works with. */
export type Operator = { deps: Deps; backup: Instance["backup"]; config: InstanceConfig };

/**
 * Runs one command on the instance of the settings: attaches to its database or starts it, brings it up to date and in line
 * with the never-forget log, and closes everything after. Throws `configuration_invalid` for a database of your own that an older
 * version has filled, unless the command may bring it up to date.
 */
export async function withDeps<T>(
  work: (operator: Operator) => Promise<T>,
  storage: StorageUse = "own",
  older: OlderSchema = "refuse",
): Promise<T> {
  return withDatabase(async (config, { given }) => {
    // an embedded database is brought up to date by every start; one that several processes share, by `upgrade` or `migrate`
    await prepareInstance(config, storage, given ? older : "migrate");
    const { deps, backup, close } = await createDeps(config);
    try {
      return await work({ deps, backup, config });
    } finally {
      await close();
    }
  });
}

/** One line of a command's output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
