import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { AppError } from "#lib/domain/errors.ts";
import { openStores, type Stores } from "#lib/maintenance.ts";
import { tryLock } from "#workers/embedded-postgres/file-lock.ts";
import { type InstanceConfig, withDatabase } from "./with-database.ts";

/** The stores of an instance as they are, with the settings that lead to them. */
export type Attached = { stores: Stores; config: InstanceConfig };

/** Runs upkeep on the stores of the settings without bringing anything up to date first, and closes everything after. */
export async function withStores<T>(work: (attached: Attached) => Promise<T>): Promise<T> {
  return withDatabase(async (config) => {
    const stores = await openStores(config);
    try {
      return await work({ stores, config });
    } finally {
      await stores.close();
    }
  });
}

/** Whether a platform runs on this data folder, as its supervisor's lock says. */
export function platformRuns(dataDir: string): boolean {
  const path = join(resolve(dataDir), "platform.lock");
  if (!existsSync(path)) return false;
  const lock = tryLock(path);
  lock?.release();
  return lock === undefined;
}

/** For what may not happen under a running platform's feet. Throws `configuration_invalid`. */
export async function demandStopped({ stores, config }: Attached): Promise<void> {
  const others = await stores.database.otherSessions();
  if (!platformRuns(config.dataDir) && others === 0) return;
  throw new AppError("configuration_invalid", {
    detail:
      "trace-share is running: stop it (web, worker and other commands) and run this again." +
      (others > 0 ? ` The database has ${others} of its connections.` : ""),
  });
}
