import { once } from "node:events";
import {
  Agent,
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

const BAD_GATEWAY = 502;

/** A door on loopback before several web processes. */
export type HttpFront = { url: string; port: number; close(): void };

type FrontOptions = {
  port: number;
  /** Ports of the servers. */
  behind: readonly number[];
  /** Told of a server that gave no answer. */
  onLog?: ((line: string) => void) | undefined;
};

/**
 * Hands each request to the next of the servers in turn, without regard to who asks: two steps of one visitor nearly always
 * meet two processes. Bodies stream both ways; target, headers and their spelling pass as they came. The caller's address is
 * added only where none is named, as the server behind would do by itself.
 */
export async function startFront(options: FrontOptions): Promise<HttpFront> {
  const { port, behind, onLog = () => {} } = options;
  // Each request has a connection of its own, because one that the server behind is about to close would look like a server that
  // is away. It says that it would stay: else the server hangs up behind a refusal in mid-body, and nobody reads why.
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 0 });
  let asked = 0;
  const server = createServer((incoming, answer) => {
    const next = behind[asked % behind.length] ?? 0;
    asked += 1;
    pass(incoming, answer, { agent, port: next, onLog });
  });
  // who stops in the middle of a body is the business of the server behind
  server.requestTimeout = 0;
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: own } = server.address() as AddressInfo; // a TCP server's address
  return {
    url: `http://127.0.0.1:${own}`,
    port: own,
    close() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}

function pass(
  incoming: IncomingMessage,
  answer: ServerResponse,
  { agent, port, onLog }: { agent: Agent; port: number; onLog: (line: string) => void },
): void {
  const { method, url: path } = incoming;
  const onward = request({ host: "127.0.0.1", port, method, path, headers: headersOf(incoming), agent });
  let answered = false;
  let ended = false;
  onward.on("response", (reply) => {
    answered = true;
    reply.on("close", () => (ended = true));
    answer.writeHead(
      reply.statusCode ?? BAD_GATEWAY,
      reply.statusMessage,
      withoutConnection(reply.rawHeaders),
    );
    reply.pipe(answer);
    reply.on("error", () => answer.destroy());
  });
  onward.on("error", (error: NodeJS.ErrnoException) => {
    if (answered || answer.destroyed) return;
    answered = true;
    onLog(`the front: port ${port} gave no answer to ${method} (${error.code ?? error.message})`);
    if (!incoming.complete) answer.shouldKeepAlive = false;
    answer.writeHead(BAD_GATEWAY).end();
  });
  incoming.on("error", () => onward.destroy());
  void send(incoming, onward, () => ended);
  answer.on("close", () => {
    if (!answer.writableFinished) onward.destroy();
  });
}

/**
 * The body, piece by piece, until the answer has ended, which may begin before: a server that refuses a body answers in the middle
 * of it and hangs up, and who goes on writing then never reads the answer. So each piece leaves time to see one.
 */
async function send(incoming: IncomingMessage, onward: ClientRequest, isOver: () => boolean): Promise<void> {
  try {
    // the visitor still has to get the answer when we stop reading
    const pieces: AsyncIterable<Buffer> = incoming.iterator({ destroyOnReturn: false });
    for await (const piece of pieces) {
      if (isOver()) return;
      await new Promise<void>((written) => onward.write(piece, () => setImmediate(written)));
    }
    onward.end();
  } catch {
    onward.destroy();
  }
}

function headersOf(incoming: IncomingMessage): string[] {
  const { rawHeaders, headers, socket } = incoming;
  const named = headers["x-forwarded-for"] !== undefined;
  return [
    ...withoutConnection(rawHeaders),
    ...(named ? [] : ["x-forwarded-for", socket.remoteAddress ?? ""]),
  ];
}

/** What is said of one connection is not said of the next. */
function withoutConnection(raw: readonly string[]): string[] {
  return raw.filter(
    (_, index) => !["connection", "keep-alive"].includes((raw[index & ~1] ?? "").toLowerCase()),
  );
}
