import type { Known } from "#cli/io/ledger.ts";
import type { SealedEpisode } from "./seal.ts";

/** What a run means to do with each episode. */
export type Decision = "send" | "exists" | "withdrawn" | "capped";
export type Planned = { episode: SealedEpisode; decision: Decision };

/**
 * Decides by what the platform has and by the limit of bytes. Capped episodes are remembered nowhere, so the next run
 * offers them again; a smaller one that still fits is sent.
 */
export function planRun(
  episodes: readonly SealedEpisode[],
  limits: { known: Known; maxBytes: number | undefined },
): Planned[] {
  const { known, maxBytes = Number.POSITIVE_INFINITY } = limits;
  let used = 0;
  return episodes.map((episode): Planned => {
    if (known.withdrawnSlots.has(episode.slot)) return { episode, decision: "withdrawn" };
    if (known.stored.has(episode.contentHash)) return { episode, decision: "exists" };
    if (used + episode.bytes > maxBytes) return { episode, decision: "capped" };
    used += episode.bytes;
    return { episode, decision: "send" };
  });
}
