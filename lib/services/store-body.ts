import { AppError } from "#lib/domain/errors.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { StagedBody } from "#lib/ports/episodes.ts";
import { bodyKey } from "./episode-body.ts";
import { isEnded } from "./episode-events.ts";

/**
 * How old an object has to be before its staged copy goes, in milliseconds. A store that answers before its disk has the bytes has them after a
 * quarter of an hour, or has lost them; an hour, so that everything of the last hour can be mended after an unclean end of a machine
 * (reliability.md 5.3).
 */
export const SETTLED_MS = 60 * 60 * 1_000;

/**
 * What a start of a worker does: nobody knows whether this machine or the store's went down, so every object whose staged copy is still there is
 * looked at anew, written again if it is lost, and its hour begins anew. Returns how many there are.
 */
export async function distrustObjects(deps: Deps): Promise<number> {
  return deps.store.staging.forgetStored();
}

type Look = { episodeId: string; key: string; staged: StagedBody; now: Date };

/**
 * Moves a body from staging to the object store (permanence.md 14) in two looks. The first writes it and reads it back. The second, an
 * hour later, reads it once more, and only then is the staged copy dropped; the sweep asks for it. Running it at any other time,
 * twice at once, or after a withdrawal changes nothing that matters.
 */
export async function storeBody(deps: Deps, input: { episodeId: string }): Promise<void> {
  const { episodeId } = input;
  const staged = await deps.store.staging.get(episodeId);
  if (!staged) return;
  const now = deps.clock.now();
  if (staged.storedAt && now.getTime() - staged.storedAt.getTime() < SETTLED_MS) return;
  const look: Look = { episodeId, key: bodyKey(episodeId), staged, now };
  const written = await deps.objects.put(look.key, staged.body);
  if (!(await isWhole(deps, look))) return replaceLater(deps, look);
  // an object that had to be written again is as young as one that was written for the first time
  await keep(deps, look, staged.storedAt !== null && written === "exists");
}

/** Asks for the length first: it costs nothing, and a store that has it wrong need not be read. */
async function isWhole(deps: Deps, { key, staged }: Look): Promise<boolean> {
  if ((await deps.objects.size(key)) !== staged.body.length) return false;
  const stored = await deps.objects.get(key);
  return stored !== null && sha256Hex(stored) === staged.sha256;
}

async function keep(deps: Deps, { episodeId, key, staged, now }: Look, settled: boolean): Promise<void> {
  const kept = await deps.store.transaction(async (tx) => {
    const episode = await tx.episodes.lock(episodeId);
    if (!episode || isEnded(episode)) return false;
    await tx.episodes.setObject(episode.id, { key, sha256: staged.sha256, bytes: staged.body.length });
    const fresh = await tx.staging.get(episode.id);
    // somebody has found the object damaged since, or the worker has started again: it is looked at anew
    const unchanged = fresh?.storedAt?.getTime() === staged.storedAt?.getTime();
    if (settled && unchanged) await tx.staging.drop(episode.id);
    else if (fresh && (unchanged || !fresh.storedAt)) await tx.staging.setStored(episode.id, now);
    return true;
  });
  // withdrawn meanwhile: the purge may have run before the object was there
  if (!kept) await deps.objects.remove(key);
}

/**
 * The object is not what was written. It goes while the row is locked and only if the staged copy is still there, because another run of this
 * job may have found the object whole and dropped the copy meanwhile; then it is the only one. The next try writes it anew.
 */
async function replaceLater(deps: Deps, look: Look): Promise<never> {
  await deps.store.transaction(async (tx) => {
    await tx.episodes.lock(look.episodeId);
    if ((await tx.staging.get(look.episodeId)) === null) return;
    await tx.staging.setStored(look.episodeId, null);
    // nothing is there while another process is still writing it: a removal now could meet its whole object
    if ((await deps.objects.size(look.key)) === null || (await isWhole(deps, look))) return;
    await tx.episodes.setObject(look.episodeId, null);
    await deps.objects.remove(look.key);
  });
  throw new AppError("unavailable", {
    detail: "The object store gave back other bytes than it was given.",
  });
}
