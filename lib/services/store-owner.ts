import { EPISODE_STATES } from "#lib/domain/lifecycle/episode-states.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { StoreOwner } from "#lib/ports/store-owner.ts";

const TAKE = "`npm run admin -- take-bucket`";

/**
 * Throws `configuration_invalid` unless the object store carries this instance's mark, and does nothing where there can be no mark. Asked before
 * anything is deleted that the database does not name, and before the never-forget log is written: a second instance over the same store
 * must stop, not clear away what only the other one knows.
 */
export async function demandOwnStore(deps: Deps): Promise<void> {
  if (!deps.storeOwner) return;
  const [{ instanceId }, owner] = [await deps.store.instance.read(), await deps.storeOwner.read()];
  // a store from before there were marks, or one that nobody has claimed: a start claims it
  if (owner === null && instanceId === null) return;
  if (owner === null) {
    throw new AppError("unavailable", {
      detail: "The bucket's mark is gone: start trace-share again to set it.",
    });
  }
  if (owner !== instanceId) throw foreign();
}

/**
 * What a start does about the mark: claims a store that has none, and refuses one that is another instance's. A database that knows no
 * episode claims only a store that is as empty: what lies there may wait for a restore.
 */
export async function claimStore(deps: Deps): Promise<void> {
  const { storeOwner } = deps;
  if (!storeOwner) return;
  const { instanceId } = await deps.store.instance.read();
  const owner = await storeOwner.read();
  if (owner !== null) {
    if (owner !== instanceId) throw foreign();
    return;
  }
  const isNew = await isEmpty(deps.store.episodes.idsByState(EPISODE_STATES));
  if (isNew && instanceId === null && !(await isEmpty(deps.objects.list("")))) {
    throw new AppError("configuration_invalid", {
      detail: `The bucket of S3_BUCKET holds objects, and this database knows none of them: check DATABASE_URL and S3_BUCKET, restore a backup, or take the bucket on purpose with ${TAKE}.`,
    });
  }
  const id = instanceId ?? (await firstId(deps));
  if ((await storeOwner.claim(id)) !== id) throw foreign();
}

/**
 * The id of an instance that has none yet. It stands in the database before the store is marked, so that two starts at once
 * mark it with the same one, and a start that was cut off goes on with its own.
 */
async function firstId(deps: Deps): Promise<string> {
  return deps.store.transaction(async (tx) => {
    await tx.lock("slot", "instance id");
    const known = (await tx.instance.read()).instanceId;
    if (known !== null) return known;
    const id = deps.ids.uuid();
    await tx.instance.write({ instanceId: id });
    return id;
  });
}

/** Makes the store this instance's, whoever's it was. The other one stops at its next look. Returns whether there was another one. */
export async function takeStore(deps: Deps): Promise<{ taken: boolean }> {
  if (!deps.storeOwner) return { taken: false };
  const before = await deps.storeOwner.read();
  const { instanceId } = await deps.store.instance.read();
  if (before !== null && before === instanceId) return { taken: false };
  await own(deps, deps.storeOwner);
  return { taken: before !== null };
}

/**
 * Says before a restore that it may use the store: nobody's, this database's, or the one whose backup it is. Gives back what has to be done after it,
 * when the database has taken over the id in the backup: a restored instance always gets an id of its own, so that the
 * one it is a copy of stops if it still runs.
 */
export async function storeForRestore(deps: Deps, backupOf: string | null): Promise<() => Promise<void>> {
  const { storeOwner } = deps;
  if (!storeOwner) return async () => undefined;
  const { instanceId } = await deps.store.instance.read();
  const owner = await storeOwner.read();
  if (owner !== null && owner !== instanceId && owner !== backupOf) throw foreign();
  return () => own(deps, storeOwner);
}

/** A new id, first in the store: cut off in between, nobody owns it until this is repeated. */
async function own(deps: Deps, storeOwner: StoreOwner): Promise<void> {
  const id = deps.ids.uuid();
  await storeOwner.replace(id);
  await deps.store.instance.write({ instanceId: id });
}

function foreign(): AppError {
  return new AppError("configuration_invalid", {
    detail: `The bucket of S3_BUCKET belongs to another instance: one bucket serves one. Set another bucket; or, if the other instance is gone for good, take it over with ${TAKE}.`,
  });
}

async function isEmpty(source: AsyncIterable<string>): Promise<boolean> {
  for await (const _first of source) return false;
  return true;
}
