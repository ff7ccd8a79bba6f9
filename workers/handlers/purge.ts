import type { Deps } from "#lib/ports/deps.ts";
import type { Job } from "#lib/ports/jobs.ts";
import { purgeEpisode } from "#lib/services/purge.ts";

/** Deletes what is left of an ended episode. */
export function handlePurge(deps: Deps, { episodeId }: Extract<Job, { name: "purge" }>): Promise<void> {
  return purgeEpisode(deps, { episodeId });
}
