import type { Deps } from "#lib/ports/deps.ts";
import type { Job } from "#lib/ports/jobs.ts";
import { screenEpisode } from "#lib/services/screen.ts";

/** Scans an episode again and decides whether a person has to look at it. */
export function handleScreen(deps: Deps, { episodeId }: Extract<Job, { name: "screen" }>): Promise<void> {
  return screenEpisode(deps, { episodeId });
}
