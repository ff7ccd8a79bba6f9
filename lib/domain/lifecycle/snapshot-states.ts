/** The states of a snapshot (docs/RELEASING.md). `published`, `superseded` and `withheld` have a public page. */
export const SNAPSHOT_STATES = [
  "draft",
  "building",
  "failed",
  "built",
  "verified",
  "approved",
  "published",
  "superseded",
  "withheld",
  "yanked",
] as const;
export type SnapshotState = (typeof SNAPSHOT_STATES)[number];

export const SNAPSHOT_EVENTS = [
  "build_started",
  "build_failed",
  "built",
  "verified",
  "discarded",
  "approved",
  "published",
  "superseded",
  "withheld",
  "released",
  "yanked",
] as const;
export type SnapshotEvent = (typeof SNAPSHOT_EVENTS)[number];

/** The policy as a table; what stands in no row is illegal. */
export const SNAPSHOT_EDGES: Record<SnapshotState, Partial<Record<SnapshotEvent, SnapshotState>>> = {
  draft: { build_started: "building" },
  // a build that a crash cut off starts again from the frozen list
  building: { build_started: "building", build_failed: "failed", built: "built" },
  failed: { build_started: "building" },
  built: { verified: "verified", discarded: "draft", build_failed: "failed" },
  verified: { approved: "approved", discarded: "draft" },
  approved: { published: "published", discarded: "draft" },
  published: { superseded: "superseded", withheld: "withheld", yanked: "yanked" },
  superseded: { withheld: "withheld", yanked: "yanked" },
  withheld: { released: "published", yanked: "yanked" },
  yanked: {},
};

export type SnapshotTransition =
  | { ok: true; to: SnapshotState }
  | { ok: false; from: SnapshotState; event: SnapshotEvent };

/** The snapshot's state after an event, or the refusal that names the current state. */
export function snapshotTransition(from: SnapshotState, event: SnapshotEvent): SnapshotTransition {
  const to = SNAPSHOT_EDGES[from][event];
  return to ? { ok: true, to } : { ok: false, from, event };
}
