import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createUpstashKeyValue } from "#lib/adapters/key-value-upstash.ts";
import { redisConnection } from "./redis-connection.ts";
import { decodeReply, encodeCommand, type Reply } from "./redis-protocol.ts";
import { redisRestServer } from "./redis-rest-server.ts";

const REAL_PORT = Number(process.env["TEST_REDIS_PORT"] ?? 0);
const TOKEN = randomUUID();

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** The bridge in front of a port on this machine. */
async function bridge(port: number): Promise<string> {
  const redis = redisConnection({ host: "127.0.0.1", port });
  const server: Server = redisRestServer({ redis, token: TOKEN });
  closing.push(() => {
    redis.close();
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server's address
}

/** A server that gives these bytes to whoever writes, each time the next ones; nothing when they are used up. */
async function scripted(answers: string[]): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("data", () => void socket.write(answers.shift() ?? ""));
    socket.on("error", () => {});
  });
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port; // a TCP server's address
}

/** A server that counts the commands it is given. */
async function counting(): Promise<number> {
  let count = 0;
  const server = createServer((socket) => {
    socket.on("data", (bytes) => {
      for (const _ of bytes.toString().matchAll(/\*2\r\n/g)) socket.write(`:${(count += 1)}\r\n`);
    });
    socket.on("error", () => {});
  });
  closing.push(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port; // a TCP server's address
}

type Asked = {
  body?: unknown;
  path?: string;
  token?: string;
  method?: string;
  headers?: Record<string, string>;
};

async function ask(url: string, { body, path = "/", token = TOKEN, method = "POST", headers = {} }: Asked) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(method === "POST" ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, said: await response.json() };
}

describe("the bridge", () => {
  test("answers a command, a pipeline and a transaction in the form of Upstash", async () => {
    const url = await bridge(
      await scripted([
        "$5\r\nvalue\r\n",
        ":1\r\n-ERR wrong\r\n",
        "+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:7\r\n$-1\r\n",
        "+OK\r\n",
      ]),
    );
    expect(await ask(url, { body: ["GET", "a"] })).toEqual({ status: 200, said: { result: "value" } });
    expect(await ask(url, { path: "/pipeline", body: [["INCR", "a"], ["NO"]] })).toEqual({
      status: 200,
      said: [{ result: 1 }, { error: "ERR wrong" }],
    });
    expect(
      await ask(url, {
        path: "/multi-exec",
        body: [
          ["INCR", "a"],
          ["GET", "b"],
        ],
      }),
    ).toEqual({
      status: 200,
      said: [{ result: 7 }, { result: null }],
    });
    const headers = { "upstash-encoding": "base64" };
    expect(await ask(url, { body: ["SET", "a", 1], headers })).toEqual({
      status: 200,
      said: { result: "OK" },
    });
  });

  test("writes texts in base64 where the client asks for it", async () => {
    const url = await bridge(await scripted(["*2\r\n$2\r\nhi\r\n*1\r\n:3\r\n"]));
    const headers = { "upstash-encoding": "base64" };
    expect((await ask(url, { body: ["MGET", "a"], headers })).said).toEqual({ result: ["aGk=", [3]] });
  });

  test.each<[string, Asked, number]>([
    ["a wrong token", { token: "wrong", body: ["PING"] }, 401],
    ["a token that only begins like it", { token: TOKEN.slice(0, -1), body: ["PING"] }, 401],
    ["another method", { method: "GET" }, 405],
    ["another address", { path: "/set/a/b", body: [["PING"]] }, 404],
    ["no command", { body: [] }, 400],
    ["a command of other things than words", { body: ["SET", { a: 1 }] }, 400],
    ["a list of no commands", { path: "/pipeline", body: ["PING"] }, 400],
    ["too many commands", { path: "/multi-exec", body: Array.from({ length: 33 }, () => ["PING"]) }, 400],
  ])("refuses %s and asks Redis nothing", async (_, asked, status) => {
    const url = await bridge(1);
    expect((await ask(url, asked)).status).toBe(status);
  });

  test("cuts off a request that is longer than any of ours", async () => {
    const url = await bridge(1);
    await expect(ask(url, { body: ["SET", "a", "x".repeat(100_000)] })).rejects.toThrow();
  });

  test("says 503 while Redis is away, does not answer or says something else, and goes on when it is back", async () => {
    expect((await ask(await bridge(1), { body: ["PING"] })).status).toBe(503);
    const url = await bridge(await scripted(["", "hello\r\n", "+PONG\r\n"]));
    expect((await ask(url, { path: "/healthz", method: "GET" })).status).toBe(503);
    expect((await ask(url, { body: ["PING"] })).status).toBe(503);
    expect((await ask(url, { path: "/healthz", method: "GET" })).status).toBe(200);
  });

  test("gives each of many requests at once its own answer", async () => {
    const url = await bridge(await counting());
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(url, { body: ["INCR", "a"] })));
    expect(new Set(answers.map(({ said }) => JSON.stringify(said))).size).toBe(5);
  });
});

describe.skipIf(REAL_PORT === 0)("the bridge with a real Redis (needs TEST_REDIS_PORT)", () => {
  test("serves what the platform counts with", async () => {
    const keyValue = createUpstashKeyValue({ url: await bridge(REAL_PORT), token: TOKEN });
    const key = randomUUID();
    const hits = await Promise.all(Array.from({ length: 20 }, () => keyValue.hit(key, 60)));
    expect(hits.map(({ count }) => count).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
    expect(await Promise.all([keyValue.once(key, 60), keyValue.once(key, 60)])).toContain(false);
  });
});

describe("the protocol", () => {
  test("writes words by their length in bytes", () => {
    expect(encodeCommand(["SET", "é", 12]).toString()).toBe("*3\r\n$3\r\nSET\r\n$2\r\né\r\n$2\r\n12\r\n");
  });

  test("reads a reply only when all of it is there", () => {
    const bytes = Buffer.from("*3\r\n$2\r\nab\r\n:-1\r\n*1\r\n+x\r\n");
    for (let length = 0; length < bytes.length; length += 1)
      expect(decodeReply(bytes.subarray(0, length))).toBeNull();
    const reply: Reply = ["ab", -1, ["x"]];
    expect(decodeReply(bytes)).toEqual({ reply, end: bytes.length });
  });

  test.each(["?1\r\n", ":x\r\n", "$1e3\r\n", "*9999999999999999999\r\n"])("refuses %o", (text) => {
    expect(() => decodeReply(Buffer.from(text))).toThrow("no reply of Redis");
  });
});
