import { migrate } from "#db/migrate.ts";
import { prepareRoles } from "#db/roles.ts";
import type { Config } from "#lib/config.ts";
import { createDeps, prepareJobs, signingKeyPath } from "#lib/container.ts";
import { AppError } from "#lib/domain/errors.ts";
import { replayPermanence } from "#lib/services/replay-permanence.ts";
import { claimStore } from "#lib/services/store-owner.ts";
import { keepSigningKey } from "./signing-key.ts";

type Prepared = Config & { databaseUrl: string };

/**
 * What is done with the object store: `own` marks it as this instance's, and refuses another's; `any` only reads and replays, for what settles
 * whose it is; `none` leaves it alone, for what must work while it is away.
 */
export type StorageUse = "own" | "any" | "none";

/** What is done with a database that an older version has filled: brought up to date, without a backup, or refused. */
export type OlderSchema = "migrate" | "refuse";

/**
 * What has to be true before the first request is served: schema and queues up to date, a signing key, a bucket that can be used if
 * one is set, the database in line with the
 * never-forget log (permanence.md 13), and the search index with this code's settings as far as its server answers. One process runs this, before web and worker start.
 */
export async function prepareInstance(
  config: Prepared,
  storage: StorageUse = "own",
  older: OlderSchema = "migrate",
): Promise<void> {
  await prepareDatabase(config, older);
  if (config.signingKeyFile === undefined) keepSigningKey(signingKeyPath(config));
  if (storage === "none") return;
  const { deps, close } = await createDeps(config);
  try {
    await deps.signer.publicKey();
    // before the first entry: a store that overwrites would lose entries and tell nobody
    if (config.s3) await deps.objects.ready();
    if (storage === "own") await claimStore(deps);
    const { permanenceAcceptHead: acceptHead } = config;
    await replayPermanence(deps, acceptHead ? { acceptHead } : {});
    await deps.search.prepare();
  } finally {
    await close();
  }
}

async function prepareDatabase(
  { databaseUrl: url, databaseRoles }: Prepared,
  older: OlderSchema,
): Promise<void> {
  try {
    await migrate(url, { refuseOlder: older === "refuse" });
    await prepareJobs(url);
    await prepareRoles(url, databaseRoles);
  } catch (cause) {
    if (cause instanceof AppError && cause.detail !== undefined) throw cause;
    const reason = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
    throw new AppError("unavailable", {
      detail: `The database could not be reached or brought up to date${reason}: check DATABASE_URL if it is set, and the rights of its user.`,
      cause,
    });
  }
}
