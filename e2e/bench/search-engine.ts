import type { SearchIndex } from "#lib/ports/search-index.ts";

/** An engine of its own, filled with generated episodes. */
export type BenchEngine = {
  title: string;
  index: SearchIndex;
  /** Fills the index up to so many; answers how, for the output. Asked again, for more. */
  load(episodes: number): Promise<string>;
  /** What the index takes, in one line. */
  sizes(episodes: number): Promise<string>;
  /** Processor time of the engine so far in milliseconds, which a busy machine doesn't change; undefined where unknown. */
  processorMs?: () => number | undefined;
  /** How long each search since the last call took by the server's own account, in milliseconds; for a server that says it. */
  serverMs?: () => number[];
  close(): Promise<void>;
};

const CLIENTS = 8;

/** Runs `count` pieces of work, one per client at a time. */
export async function inParallel(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const client = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}
