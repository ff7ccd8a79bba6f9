import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * A port of 127.0.0.1 that is free right now: `wanted` itself when it becomes free within a second, which is how long the
 * processes of a killed server may still hold it.
 */
export async function freePort(wanted = 0): Promise<number> {
  for (const deadline = Date.now() + 1000; ; await sleep(50)) {
    const port = await tryListen(wanted, "127.0.0.1");
    if (port !== undefined) return port;
    if (Date.now() > deadline) return freePort(0);
  }
}

/** Whether a server could listen there now. */
export async function isPortFree(port: number, host: string): Promise<boolean> {
  return (await tryListen(port, host)) !== undefined;
}

function tryListen(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      if ("code" in error && (error.code === "EADDRINUSE" || error.code === "EACCES")) resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const found = typeof address === "object" && address ? address.port : undefined;
      server.close(() => resolve(found));
    });
  });
}
