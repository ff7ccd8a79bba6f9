import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

type Reply = string | number | null | Error | Reply[];
type Command = readonly (string | number)[];
/** What runs commands, each transaction undivided. */
export type RedisCommands = { run(commands: readonly Command[]): Promise<Reply[]>; close(): void };
export type RedisBridge = { url: string; token: string; close(): Promise<void> };

/** Redis over HTTP as Upstash offers it: single commands and transactions. */
export async function startBridge(redis: RedisCommands): Promise<RedisBridge> {
  const token = "token-of-the-tests";
  const server = createServer((request, response) => {
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.headers.authorization !== `Bearer ${token}`) return void send(401, { error: "Unauthorized" });
    serve(redis, request).then(
      ({ status, body }) => send(status, body),
      () => send(400, { error: "ERR" }),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server's address
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    async close() {
      server.closeAllConnections();
      server.close();
      redis.close();
    },
  };
}

async function serve(
  redis: RedisCommands,
  request: IncomingMessage,
): Promise<{ status: number; body: unknown }> {
  const body: unknown = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString("utf8"));
  const encoded = request.headers["upstash-encoding"] === "base64";
  if (request.url === "/multi-exec") {
    const replies = await redis.run(body as Command[]); // as the client sends it
    return { status: 200, body: replies.map((reply) => answer(reply, encoded)) };
  }
  const [reply = null] = await redis.run([body as Command]); // as the client sends it
  return { status: reply instanceof Error ? 400 : 200, body: answer(reply, encoded) };
}

/** The commands of the adapter in this process's memory, for a machine without a Redis. */
export function memoryRedis(): RedisCommands {
  const kept = new Map<string, { count: number; endsAt: number }>();
  const find = (key: string) => {
    const entry = kept.get(key);
    return entry && entry.endsAt > Date.now() ? entry : undefined;
  };
  const run = ([name, first, ...rest]: Command): Reply => {
    const key = String(first);
    const entry = find(key);
    const words = rest.map((word) => String(word).toUpperCase());
    switch (String(name).toUpperCase()) {
      case "INCR":
        kept.set(key, { count: (entry?.count ?? 0) + 1, endsAt: entry?.endsAt ?? Number.POSITIVE_INFINITY });
        return (entry?.count ?? 0) + 1;
      case "EXPIRE":
        if (!entry || (words.includes("NX") && entry.endsAt !== Number.POSITIVE_INFINITY)) return 0;
        entry.endsAt = Date.now() + Number(words[0]) * 1000;
        return 1;
      case "PTTL":
        return entry ? entry.endsAt - Date.now() : -2;
      case "SET":
        if (entry && words.includes("NX")) return null;
        kept.set(key, { count: 1, endsAt: Date.now() + Number(words[words.indexOf("EX") + 1]) * 1000 });
        return "OK";
      case "PING":
        return "PONG";
      default:
        return new Error("ERR unknown command");
    }
  };
  return { run: async (commands) => commands.map(run), close: () => kept.clear() };
}

/** A real Redis on this machine, emptied first. */
export async function realRedis(port: number): Promise<RedisCommands> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const ask = conversation(socket);
  await ask([["FLUSHALL"]]);
  return {
    async run(commands) {
      if (commands.length === 1) return ask(commands);
      const replies = (await ask([["MULTI"], ...commands, ["EXEC"]])).at(-1);
      return Array.isArray(replies) ? replies : commands.map(() => replies ?? null);
    },
    close: () => socket.destroy(),
  };
}

/** One command after the other over a socket, each batch's replies together. */
function conversation(socket: Socket): (commands: readonly Command[]) => Promise<Reply[]> {
  let received = Buffer.alloc(0);
  let replies: Reply[] = [];
  let waiting: { count: number; take: (replies: Reply[]) => void }[] = [];
  socket.on("data", (bytes) => {
    received = Buffer.concat([received, bytes]);
    for (let read = parse(received, 0); read; read = parse(received, 0)) {
      replies.push(read.reply);
      received = received.subarray(read.end);
    }
    for (let next = waiting[0]; next && replies.length >= next.count; next = waiting[0]) {
      next.take(replies.slice(0, next.count));
      replies = replies.slice(next.count);
      waiting = waiting.slice(1);
    }
  });
  return (commands) =>
    new Promise((take) => {
      waiting.push({ count: commands.length, take });
      socket.write(commands.map(encode).join(""));
    });
}

function encode(command: Command): string {
  const words = command.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
  return `*${command.length}\r\n${words.join("")}`;
}

/** One reply of Redis's protocol and where it ends; null while its bytes are not all there. */
function parse(bytes: Buffer, from: number): { reply: Reply; end: number } | null {
  const lineEnd = bytes.indexOf("\r\n", from);
  if (lineEnd < 0) return null;
  const line = bytes.toString("utf8", from + 1, lineEnd);
  const end = lineEnd + 2;
  switch (String.fromCharCode(bytes[from] ?? 0)) {
    case "+":
      return { reply: line, end };
    case "-":
      return { reply: new Error(line), end };
    case ":":
      return { reply: Number(line), end };
    case "$":
      if (line === "-1") return { reply: null, end };
      if (bytes.length < end + Number(line) + 2) return null;
      return { reply: bytes.toString("utf8", end, end + Number(line)), end: end + Number(line) + 2 };
    case "*":
      return parseArray(bytes, { count: Number(line), from: end });
    default:
      throw new Error("a reply of no kind that is known");
  }
}

function parseArray(
  bytes: Buffer,
  { count, from }: { count: number; from: number },
): { reply: Reply; end: number } | null {
  const reply: Reply[] = [];
  let end = from;
  for (let n = 0; n < count; n += 1) {
    const item = parse(bytes, end);
    if (!item) return null;
    reply.push(item.reply);
    end = item.end;
  }
  return { reply, end };
}

function answer(reply: Reply, encoded: boolean): { result: unknown } | { error: string } {
  if (reply instanceof Error) return { error: reply.message };
  const encode64 = typeof reply === "string" && encoded && reply !== "OK";
  return { result: encode64 ? Buffer.from(reply).toString("base64") : reply };
}
