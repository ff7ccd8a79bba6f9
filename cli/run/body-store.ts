import { createByteStore } from "./byte-store.ts";
import type { SealedEpisode } from "./seal.ts";

/** Sanitized bodies of a long history, out of the way of what else a run needs. */
export type BodyStore = {
  /** The same episode; its body is fetched when it is asked for. */
  keep(episode: SealedEpisode): SealedEpisode;
};

/** The summaries of some sixty megabytes of logs: what most people have in a week. */
const MOST_IN_MEMORY = 4 * 1024 * 1024;

/** What is beyond `mostInMemory` bytes goes into a private file: it is what may leave anyway. */
export function createBodyStore(mostInMemory = MOST_IN_MEMORY): BodyStore {
  const store = createByteStore(mostInMemory, { sealed: false });
  return {
    keep(episode) {
      return Object.defineProperty(episode, "body", { get: store.keep(episode.body), enumerable: true });
    },
  };
}
