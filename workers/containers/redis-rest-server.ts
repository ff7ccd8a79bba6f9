import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { RedisConnection } from "./redis-connection.ts";
import type { Reply, Word } from "./redis-protocol.ts";

/** Counters and marks are short; anything else is no request of ours. */
const MOST_BYTES = 64 * 1024;
const MOST_COMMANDS = 32;
const REQUEST_MS = 5000;

type Answer = { status: number; body: unknown };

/**
 * Redis over HTTP in the form of Upstash (https://upstash.com/docs/redis/features/restapi), as far as `@upstash/redis` needs it: one
 * command, a pipeline, a transaction. `/healthz` says without a token whether Redis answers.
 */
export function redisRestServer({ redis, token }: { redis: RedisConnection; token: string }): Server {
  const server = createServer((request, response) => {
    handle(request, { redis, token }).then(
      ({ status, body }) => {
        const text = JSON.stringify(body);
        response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
        response.end(text);
      },
      () => response.destroy(),
    );
  });
  server.requestTimeout = REQUEST_MS;
  server.maxConnections = 256;
  return server;
}

type Context = { redis: RedisConnection; token: string };

async function handle(request: IncomingMessage, { redis, token }: Context): Promise<Answer> {
  const path = (request.url ?? "/").split("?")[0];
  if (path === "/healthz") return health(redis);
  if (!isSame(request.headers.authorization ?? "", `Bearer ${token}`)) return refusal(401, "Unauthorized");
  if (request.method !== "POST") return refusal(405, "ERR POST only");
  const body = await readJson(request);
  const encoded = request.headers["upstash-encoding"] === "base64";
  if (path === "/") return isCommand(body) ? single(redis, body, encoded) : refusal(400, "ERR no command");
  if (path !== "/pipeline" && path !== "/multi-exec") return refusal(404, "ERR no such address");
  if (!isCommands(body)) return refusal(400, "ERR no list of commands");
  return several(redis, body, { encoded, transaction: path === "/multi-exec" });
}

async function health(redis: RedisConnection): Promise<Answer> {
  try {
    const [reply] = await redis.ask([["PING"]]);
    return reply === "PONG" ? { status: 200, body: "ok" } : refusal(503, "ERR Redis refuses");
  } catch {
    return refusal(503, "ERR Redis does not answer");
  }
}

async function single(redis: RedisConnection, command: readonly Word[], encoded: boolean): Promise<Answer> {
  const replies = await asked(redis, [command]);
  if (!replies) return refusal(503, "ERR Redis does not answer");
  const result = resultOf(replies[0] ?? null, encoded);
  return { status: "error" in result ? 400 : 200, body: result };
}

type How = { encoded: boolean; transaction: boolean };

async function several(
  redis: RedisConnection,
  commands: readonly (readonly Word[])[],
  how: How,
): Promise<Answer> {
  const all = how.transaction ? [["MULTI"], ...commands, ["EXEC"]] : commands;
  const replies = await asked(redis, all);
  if (!replies) return refusal(503, "ERR Redis does not answer");
  if (!how.transaction) return { status: 200, body: replies.map((reply) => resultOf(reply, how.encoded)) };
  const executed = replies.at(-1);
  if (!Array.isArray(executed)) return refusal(400, isError(executed) ? executed.error : "EXECABORT");
  return { status: 200, body: executed.map((reply) => resultOf(reply, how.encoded)) };
}

/** The replies, or nothing where the server is away: what happened to the commands is then not known. */
function asked(redis: RedisConnection, commands: readonly (readonly Word[])[]): Promise<Reply[] | undefined> {
  return redis.ask(commands).catch(() => undefined);
}

function refusal(status: number, error: string): Answer {
  return { status, body: { error } };
}

function resultOf(reply: Reply, encoded: boolean): { result: unknown } | { error: string } {
  return isError(reply) ? reply : { result: encoded ? encode(reply) : reply };
}

function encode(reply: Reply): unknown {
  if (Array.isArray(reply)) return reply.map(encode);
  return typeof reply === "string" && reply !== "OK" ? Buffer.from(reply).toString("base64") : reply;
}

function isError(reply: Reply | undefined): reply is { error: string } {
  return typeof reply === "object" && reply !== null && !Array.isArray(reply);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    // no encoding is set, so chunks are bytes
    length += chunk.length;
    if (length > MOST_BYTES) throw new Error("too long");
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return undefined;
  }
}

function isCommand(value: unknown): value is Word[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((word) => typeof word === "string" || (typeof word === "number" && Number.isFinite(word)))
  );
}

function isCommands(value: unknown): value is Word[][] {
  return Array.isArray(value) && value.length > 0 && value.length <= MOST_COMMANDS && value.every(isCommand);
}

/** Compares digests, so that the time tells nothing of where two tokens differ. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
