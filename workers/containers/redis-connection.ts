import { connect, type Socket } from "node:net";
import type { Address } from "./listen-address.ts";
import { decodeReply, encodeCommand, type Reply, type Word } from "./redis-protocol.ts";

/** Shorter than the platform waits for a whole request. */
const PATIENCE_MS = 900;

export type RedisConnection = {
  /** The replies to these commands, in their order. Rejects where the server does not answer in time. */
  ask(commands: readonly (readonly Word[])[]): Promise<Reply[]>;
  close(): void;
};

type Waiting = { count: number; resolve(replies: Reply[]): void; reject(error: Error): void };

/** One connection that is made when it is needed, and made anew after a fault; requests of the same moment share it, each undivided. */
export function redisConnection(address: Address): RedisConnection {
  let open: Conversation | undefined;
  return {
    ask(commands) {
      if (!open || open.ended()) open = converse(address);
      return open.ask(commands);
    },
    close: () => open?.end(new Error("closed")),
  };
}

type Conversation = {
  ask(commands: readonly (readonly Word[])[]): Promise<Reply[]>;
  end(error: Error): void;
  ended(): boolean;
};

function converse(address: Address): Conversation {
  const socket: Socket = connect(address);
  let received = Buffer.alloc(0);
  const replies: Reply[] = [];
  const waiting: Waiting[] = [];
  let over = false;

  const end = (error: Error): void => {
    over = true;
    socket.destroy();
    for (const one of waiting.splice(0)) one.reject(error);
  };
  const read = (bytes: Buffer): void => {
    received = Buffer.concat([received, bytes]);
    for (let one = decodeReply(received); one; one = decodeReply(received)) {
      replies.push(one.reply);
      received = received.subarray(one.end);
    }
    for (let next = waiting[0]; next && replies.length >= next.count; next = waiting[0]) {
      next.resolve(replies.splice(0, next.count));
      waiting.shift();
    }
  };
  socket.setNoDelay(true);
  socket.on("error", end);
  socket.on("close", () => end(new Error("the connection has ended")));
  socket.on("data", (bytes) => {
    try {
      read(bytes);
    } catch (error) {
      end(error instanceof Error ? error : new Error("no reply of Redis"));
    }
  });
  return {
    ask: (commands) =>
      new Promise((resolve, reject) => {
        // replies that come late would be taken for those of the next request: the connection goes with the request
        const late = setTimeout(() => end(new Error("no answer in time")), PATIENCE_MS);
        const settle =
          <Value>(then: (value: Value) => void) =>
          (value: Value) => {
            clearTimeout(late);
            then(value);
          };
        waiting.push({ count: commands.length, resolve: settle(resolve), reject: settle(reject) });
        socket.write(Buffer.concat(commands.map(encodeCommand)));
      }),
    end,
    ended: () => over,
  };
}
