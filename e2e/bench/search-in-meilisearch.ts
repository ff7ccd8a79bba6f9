import { createMeilisearchIndex } from "#lib/adapters/search-meilisearch.ts";
import { makeSearchKeys } from "#lib/adapters/search-meilisearch-keys.ts";
import { type MeilisearchServer, startMeilisearch } from "#lib/adapters/testing/meilisearch-server.ts";
import { masterOf } from "#lib/adapters/testing/search-engines.ts";
import { processorMs, residentBytes } from "./linux-process.ts";
import { benchDocument } from "./search-documents.ts";
import type { BenchEngine } from "./search-engine.ts";

const BATCH = 500;

/** A real server, from the program that MEILISEARCH_BINARY names. Fragments are left out: they come from PostgreSQL. */
export async function openMeilisearch(): Promise<BenchEngine> {
  const server = await startMeilisearch("2GiB");
  const heard = hearServerTimes();
  const { writer } = await makeSearchKeys(server);
  const index = createMeilisearchIndex({ url: server.url, key: writer, fragments: async () => ({}) });
  const { pkgVersion } = await masterOf(server).getVersion();
  return {
    title: `Meilisearch ${pkgVersion}`,
    index,
    async load(episodes) {
      const build = await index.rebuild();
      for (let from = 0; from < episodes; from += BATCH) {
        const count = Math.min(BATCH, episodes - from);
        await build.put(Array.from({ length: count }, (_, n) => benchDocument(from + n)));
      }
      await build.publish();
      return "as a reindex: built beside, swapped";
    },
    sizes: (episodes) => meilisearchSizes(server, episodes),
    processorMs: () => processorMs(server.pid()),
    serverMs: heard.taken,
    async close() {
      heard.end();
      await server.close();
    },
  };
}

/** Reads from each answer how long its queries took: what a search costs beside waiting for its turn and the way there. */
function hearServerTimes(): { taken(): number[]; end(): void } {
  const original = globalThis.fetch;
  let times: number[] = [];
  globalThis.fetch = async (...asked: Parameters<typeof fetch>) => {
    const answer = await original(...asked);
    const text = await answer.text();
    const parts = [...text.matchAll(/"processingTimeMs":(\d+)/g)].map(([, ms]) => Number(ms));
    if (parts.length > 0) times.push(parts.reduce((sum, ms) => sum + ms, 0));
    const { status, statusText, headers } = answer;
    return new Response(status === 204 ? null : text, { status, statusText, headers });
  };
  return {
    taken() {
      const taken = times;
      times = [];
      return taken;
    },
    end: () => void (globalThis.fetch = original),
  };
}

async function meilisearchSizes(server: MeilisearchServer, episodes: number): Promise<string> {
  const { databaseSize } = await masterOf(server).getStats();
  const perEpisode = (bytes: number) => `${(bytes / 1024 / episodes).toFixed(1)} kB an episode`;
  const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MB`;
  const disk = `disk ${megabytes(databaseSize)}, ${perEpisode(databaseSize)}`;
  const memory = residentBytes(server.pid());
  if (memory === undefined) return disk;
  const { most, own } = memory;
  return `${disk}; memory at most ${megabytes(most)} with mapped files, now ${megabytes(own)} of its own`;
}
