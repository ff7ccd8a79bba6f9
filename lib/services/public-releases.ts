import type { SnapshotState } from "#lib/domain/lifecycle/snapshot-states.ts";
import type { Snapshot } from "#lib/ports/snapshots.ts";

/** States with a public page. */
const PUBLIC_STATES: readonly SnapshotState[] = ["published", "superseded", "withheld", "yanked"];

/** Was it ever published? */
export function isPublicRelease(snapshot: Snapshot): boolean {
  return PUBLIC_STATES.includes(snapshot.state);
}
