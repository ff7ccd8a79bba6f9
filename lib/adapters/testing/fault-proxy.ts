import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** What happens to connections from now on. `bytes` counts what the server answers. */
export type Fault =
  | { kind: "none" }
  /** Broken off at once. */
  | { kind: "reset" }
  /** Broken off after so many bytes of an answer. */
  | { kind: "cut"; bytes: number }
  /** Answers come at so many bytes a second. */
  | { kind: "slow"; bytesPerSecond: number }
  /** Every request is answered so, whatever it asks. */
  | { kind: "answer"; status: number; code: string };

export type FaultProxy = {
  port: number;
  /** Ends the connections that there are, so that a client which keeps them meets the fault as well. */
  set(fault: Fault): void;
  close(): Promise<void>;
};

const TICK_MS = 20;

/** A door between a client and a server of the tests, which breaks what goes through it as a test wants. */
export async function startFaultProxy(target: { host: string; port: number }): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  let fault: Fault = { kind: "none" };
  const server = createServer((client) => {
    track(client);
    serve(client);
  });
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
  };
  const serve = (client: Socket) => {
    if (fault.kind === "reset") return void client.resetAndDestroy();
    if (fault.kind === "answer") return answer(client, fault);
    const behind = connect(target);
    track(behind);
    client.pipe(behind);
    client.once("close", () => behind.destroy());
    behind.once("close", () => client.destroy());
    if (fault.kind === "none") behind.pipe(client);
    else if (fault.kind === "cut") cut(behind, client, fault.bytes);
    else slow(behind, client, fault.bytesPerSecond);
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    set(next) {
      fault = next;
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function cut(from: Socket, to: Socket, bytes: number): void {
  let left = bytes;
  from.on("data", (chunk: Buffer) => {
    to.write(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) to.destroy();
  });
}

function slow(from: Socket, to: Socket, bytesPerSecond: number): void {
  const waiting: Buffer[] = [];
  from.on("data", (chunk: Buffer) => void waiting.push(chunk));
  const clock = setInterval(() => {
    let room = Math.max(1, Math.round((bytesPerSecond * TICK_MS) / 1_000));
    while (room > 0 && waiting.length > 0) {
      const chunk = waiting.shift() ?? Buffer.alloc(0);
      to.write(chunk.subarray(0, room));
      if (chunk.length > room) waiting.unshift(chunk.subarray(room));
      room -= chunk.length;
    }
  }, TICK_MS);
  to.once("close", () => clearInterval(clock));
}

/** The whole request is read first: a client that is answered while it sends sees a broken pipe. */
function answer(client: Socket, { status, code }: Extract<Fault, { kind: "answer" }>): void {
  const body = `<Error><Code>${code}</Code><Message>no</Message></Error>`;
  let text = "";
  client.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    const end = text.indexOf("\r\n\r\n");
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (end < 0 || text.length < end + 4 + length) return;
    const isHead = text.startsWith("HEAD");
    client.end(
      `HTTP/1.1 ${status} No\r\ncontent-type: application/xml\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${isHead ? "" : body}`,
    );
  });
}
