import { createByteStore, type Fetch } from "./byte-store.ts";
import type { SealedEpisode } from "./seal.ts";

/** Sanitized bodies of a long history, out of the way of what else a run needs. */
export type BodyStore = {
  /** The same episode; its body is fetched when it is asked for, and is lost to a copy made by spreading. */
  keep(episode: SealedEpisode): SealedEpisode;
};

/** The summaries of some fifty megabytes of logs: what most people have in a week. */
const MOST_IN_MEMORY = 4 * 1024 * 1024;

/** What is beyond `mostInMemory` bytes goes into a private file: it is what may leave anyway. */
export function createBodyStore(mostInMemory = MOST_IN_MEMORY): BodyStore {
  const store = createByteStore(mostInMemory, { sealed: false });
  return {
    keep({ body, ...facts }) {
      return Object.assign(new KeptBody(store.keep(body)), facts);
    },
  };
}

/**
 * The body is read by a getter of the class. With a getter of its own each episode would be a dictionary to the engine, which takes a
 * kilobyte more: 25 MB for a gigabyte of logs.
 */
class KeptBody {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  get body(): Uint8Array {
    return this.#fetch();
  }
}
