import { AppError } from "#lib/domain/errors.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { StagingRepository } from "#lib/ports/episodes.ts";

/** The sum of all staged bodies is not asked for with every upload. */
const FRESH_MS = 2_000;

const measured = new WeakMap<StagingRepository, { at: number; bytes: number }>();

/**
 * Refuses with `storage_full` while too many bodies wait for the object store (reliability.md 5.4): the database's disk must not fill up
 * because a bucket is away. Uploads are taken again by themselves as soon as the bodies have been moved.
 */
export async function demandStagingRoom(deps: Deps): Promise<void> {
  const { staging } = deps.store;
  const now = deps.clock.now().getTime();
  let known = measured.get(staging);
  if (!known || Math.abs(now - known.at) > FRESH_MS) {
    known = { at: now, bytes: await staging.bytes() };
    measured.set(staging, known);
  }
  if (known.bytes < deps.rules.stagingBytes) return;
  throw new AppError("storage_full", {
    detail: "Too many uploads wait for the object store. Try again later; nothing is lost.",
  });
}
