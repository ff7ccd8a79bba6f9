import { existsSync } from "node:fs";
import { join } from "node:path";
import { signingKeyPath } from "#lib/container.ts";
import { AppError, isAppError } from "#lib/domain/errors.ts";
import { SearchQuery } from "#lib/domain/search/query.ts";
import type { DatabaseFacts } from "#lib/maintenance.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { readEpisode } from "#lib/services/read-episode.ts";
import { searchEpisodes } from "#lib/services/search.ts";
import type { Attached } from "./attached.ts";
import { freeBytes, megabytes } from "./disk.ts";
import { hasEmbeddedDatabase } from "./doctor/database-checks.ts";
import { say } from "./with-deps.ts";
import { writeBackup } from "./write-backup.ts";

/** What a migration, the old rows beside it and the write-ahead log may take together, in sizes of the largest store. */
const ROOM = 3;
const LEAST_BYTES = 64 * 1024 * 1024;

export type UpgradePlan = { facts: DatabaseFacts; folder: string; withoutObjects: boolean };

/**
 * Everything that can be found out before anything is changed: the path of versions and the room. Throws
 * `configuration_invalid` or `storage_full` with what to do.
 */
export async function planUpgrade(
  { stores, config }: Attached,
  options: { folder?: string | undefined; withoutObjects: boolean; at: Date },
): Promise<UpgradePlan> {
  const { database } = stores;
  const facts = await database.facts();
  if (facts.schema === 0) {
    throw new AppError("configuration_invalid", {
      detail: "The database is new: there is nothing to upgrade. `npm start` makes it ready.",
    });
  }
  await database.refuseOtherPath();
  const day = options.at.toISOString().replaceAll(/[-:]|\..*$/g, "");
  const folder = options.folder ?? join(demandFolder(stores.dataDir), `backup-before-upgrade-${day}`);
  const here = [
    hasEmbeddedDatabase(stores.dataDir) ? facts.bytes : 0,
    config.s3 === undefined ? facts.objectBytes : 0,
  ];
  const copied = facts.bytes + (options.withoutObjects ? 0 : facts.objectBytes);
  if (existsSync(stores.dataDir)) demandRoom(stores.dataDir, ROOM * Math.max(...here));
  demandRoom(join(folder, ".."), copied);
  return { facts, folder, withoutObjects: options.withoutObjects };
}

/** A container without a data folder has no place of its own that outlives it. */
function demandFolder(dataDir: string): string {
  if (existsSync(dataDir)) return dataDir;
  throw new AppError("configuration_invalid", {
    detail: "There is no data folder to put the backup into: name a folder that stays with --to-backup.",
  });
}

function demandRoom(folder: string, bytes: number): void {
  const needed = bytes + LEAST_BYTES;
  const free = freeBytes(folder);
  if (free >= needed) return;
  throw new AppError("storage_full", {
    detail: `${folder} has ${megabytes(free)} free and the upgrade may need ${megabytes(needed)}: make room, or name another place with --to-backup.`,
  });
}

/** The backup in the form of the schema that is there: what `rollback` goes back to. */
export async function backUpFirst(
  { stores, config }: Attached,
  plan: UpgradePlan,
): Promise<{ rows: number; objects: number }> {
  const { objects, permanence, database } = stores;
  const signingKey = signingKeyPath(config);
  const source = { deps: { objects, permanence }, backup: database, signingKey };
  return writeBackup(source, plan.folder, { withoutObjects: plan.withoutObjects });
}

/**
 * Asks of an upgraded instance what its visitors ask first: each store, one search, one episode with its body, the signing key. Throws
 * what fails.
 */
export async function smokeTest(deps: Deps): Promise<void> {
  await deps.store.health();
  await deps.objects.ready();
  await deps.search.ready();
  await deps.signer.publicKey();
  const { items } = await searchEpisodes(deps, SearchQuery.parse({}));
  const [found] = items;
  if (!found) return say("smoke test: every store answers; no episode is public yet");
  await readEpisode(deps, found.id);
  say("smoke test: every store answers, a search finds, an episode can be read");
}

/** Runs what follows the backup; a failure comes out with the one command that leads back. */
export async function orRollback(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const why = isAppError(cause)
      ? (cause.detail ?? cause.code)
      : cause instanceof Error
        ? cause.name
        : "a fault";
    throw new AppError(isAppError(cause) ? cause.code : "internal", {
      detail: `The upgrade failed: ${why}\nStop trace-share, go back with \`npm run admin -- rollback --in ${folder}\`, and start the version from before. Or mend the cause and run the upgrade again.`,
      cause,
    });
  }
}
