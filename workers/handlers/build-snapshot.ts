import type { Deps } from "#lib/ports/deps.ts";
import type { Job } from "#lib/ports/jobs.ts";
import { buildSnapshot } from "#lib/services/build-snapshot.ts";

/** Builds the files of a frozen snapshot. */
export function handleBuildSnapshot(
  deps: Deps,
  { snapshotId }: Extract<Job, { name: "build-snapshot" }>,
): Promise<void> {
  return buildSnapshot(deps, { snapshotId });
}
