import { connect, createServer, type Server, type Socket } from "node:net";
import type { Address } from "./listen-address.ts";

/** More than web, worker and the proxy open at once; a flood ends here and not in the store. */
const MOST_CONNECTIONS = 512;
/** A direction that is silent for so long belongs to nobody any more. */
const IDLE_MS = 5 * 60_000;

/**
 * A server that passes the bytes of each connection on to one address, unchanged, and looks its name up anew each time: what is behind
 * it may come back elsewhere. Where the address does not answer, the connection is ended at once, so that clients see a fault.
 */
export function forwardTo(target: Address): Server {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const behind = connect({ ...target, allowHalfOpen: true });
    for (const [from, to] of [
      [client, behind],
      [behind, client],
    ] as const) {
      from.setNoDelay(true);
      from.setTimeout(IDLE_MS, () => from.destroy());
      from.on("error", () => end(client, behind));
      from.on("close", () => end(client, behind));
      from.pipe(to);
    }
  });
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

/** What has been written may still leave; then nothing is left of either. */
function end(...sockets: Socket[]): void {
  for (const socket of sockets) socket.destroySoon();
}
