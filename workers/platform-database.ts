import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "#lib/config.ts";
import { type EmbeddedServer, startEmbedded } from "./embedded-postgres/server.ts";

/** The database of one process: the configured one, or a hold on the embedded one. */
export type PlatformDatabase = {
  /** With the password in it: for child processes and drivers, never for a log. */
  url(): string;
  close(): Promise<void>;
};

/**
 * Opens the database for a short-lived command: attaches to the embedded PostgreSQL of a running platform, or starts it for
 * as long as the command takes.
 */
export async function openDatabase(config: Config): Promise<PlatformDatabase> {
  const { databaseUrl } = config;
  if (databaseUrl !== undefined) return { url: () => databaseUrl, close: async () => {} };
  const server = await startEmbedded({ dataDir: config.dataDir });
  return { url: () => server.url, close: () => server.release() };
}

export type WatchEvents = {
  onLog(line: string): void;
  /** Called when the embedded server came back under another address. */
  onMoved(url: string): Promise<void>;
};

/** Opens the database for the platform's whole life: an embedded server that dies is started again. */
export async function keepDatabase(config: Config, events: WatchEvents): Promise<PlatformDatabase> {
  const { databaseUrl } = config;
  if (databaseUrl !== undefined) return { url: () => databaseUrl, close: async () => {} };
  const ending = new AbortController();
  let server = await startEmbedded({ dataDir: config.dataDir });
  const watching = watch();

  async function watch(): Promise<void> {
    while (await pause(500, ending.signal)) {
      if (server.isAlive()) continue;
      events.onLog("database ended; starting it again");
      const next = await restart(server).catch((error: unknown) => {
        events.onLog(`database did not start: ${error instanceof Error ? error.message : "unknown fault"}`);
      });
      if (next) await adopt(next);
      else await pause(2000, ending.signal);
    }
  }

  async function restart(previous: EmbeddedServer): Promise<EmbeddedServer> {
    return startEmbedded({ dataDir: config.dataDir, wantedPort: previous.port });
  }

  async function adopt(next: EmbeddedServer): Promise<void> {
    const previous = server;
    server = next;
    await previous.release();
    if (next.url !== previous.url) await events.onMoved(next.url);
  }

  return {
    url: () => server.url,
    close: async () => {
      ending.abort();
      await watching;
      await server.release();
    },
  };
}

/** False when the signal cut the pause short. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
  return !signal.aborted;
}
