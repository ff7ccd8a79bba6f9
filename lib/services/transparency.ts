import type { EpisodeState } from "#lib/domain/lifecycle/episode-states.ts";
import { RULES_VERSION } from "#lib/domain/sanitize/rules-version.ts";
import type { Deps } from "#lib/ports/deps.ts";

/** What an instance says of itself in public: counts and the policies in force, never names or reasons. */
export type Transparency = {
  paused: boolean;
  releasePolicy: string;
  rulesVersion: string;
  /** An operator accepted a never-forget log that ends before the database's memory of it. */
  permanenceGap: boolean;
  permanenceHead: { seq: number; hash: string };
  counts: { published: number; waiting: number; held: number; withdrawn: number };
};

export async function readTransparency(deps: Deps): Promise<Transparency> {
  const instance = await deps.store.instance.read();
  const counts = await deps.store.episodes.countByState();
  const sum = (...states: EpisodeState[]) => states.reduce((total, state) => total + (counts[state] ?? 0), 0);
  return {
    paused: instance.paused,
    releasePolicy: deps.rules.releasePolicy,
    rulesVersion: RULES_VERSION,
    permanenceGap: instance.permanenceGap,
    permanenceHead: instance.permanenceHead,
    counts: {
      published: sum("published"),
      waiting: sum("received", "quarantined", "in_review"),
      held: sum("hidden", "taken_down"),
      withdrawn: sum("tombstoned", "erased"),
    },
  };
}
