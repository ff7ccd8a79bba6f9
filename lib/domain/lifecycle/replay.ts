import {
  applyEffects,
  type EffectEvent,
  EPISODE_EDGES,
  type EpisodeState,
  type Lifecycle,
  RECEIVED,
} from "./episode-states.ts";

/** An event as the append-only log keeps it: closed codes only, never text. */
export type StoredEpisodeEvent = EffectEvent & { from: EpisodeState; to: EpisodeState; at: Date };

/**
 * The current row's lifecycle, rebuilt from its events in log order. Returns `null` if the log tells an impossible story: a
 * step that the table does not have, or that starts elsewhere than the one before ended.
 */
export function replay(events: readonly StoredEpisodeEvent[]): Lifecycle | null {
  let lifecycle = RECEIVED;
  for (const event of events) {
    const edge = EPISODE_EDGES[event.from][event.type];
    if (event.from !== lifecycle.state || edge?.to !== event.to) return null;
    lifecycle = applyEffects(lifecycle, event, { to: event.to, at: event.at });
  }
  return lifecycle;
}
