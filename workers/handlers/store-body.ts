import type { Deps } from "#lib/ports/deps.ts";
import type { Job } from "#lib/ports/jobs.ts";
import { storeBody } from "#lib/services/store-body.ts";

/** Moves an uploaded body from staging into the object store. */
export function handleStoreBody(
  deps: Deps,
  { episodeId }: Extract<Job, { name: "store-body" }>,
): Promise<void> {
  return storeBody(deps, { episodeId });
}
