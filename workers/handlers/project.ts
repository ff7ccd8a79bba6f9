import type { Deps } from "#lib/ports/deps.ts";
import type { Job } from "#lib/ports/jobs.ts";
import { projectEpisode } from "#lib/services/project.ts";

/** Brings the search index in line with an episode's row. */
export function handleProject(deps: Deps, { episodeId }: Extract<Job, { name: "project" }>): Promise<void> {
  return projectEpisode(deps, { episodeId });
}
