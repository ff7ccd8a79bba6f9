import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { zstdDecompressSync } from "node:zlib";
import { z } from "zod";
import { EpisodeUpload } from "#lib/domain/episode/schema.ts";

export type Received = { path: string; headers: IncomingMessage["headers"]; body: string };
type Reply = { status: number; body?: unknown; headers?: Record<string, string> };

/** A platform in a nutshell: it answers as docs/PROPOSAL.md says and keeps what it got. `script` overrides the next answers. */
export type Platform = {
  url: string;
  received: Received[];
  /** Answers to give before the usual ones, in order; to a batch, one for each of its records. */
  script: Reply[];
  /** Answers to whole batches, before their records are looked at. */
  batchScript: Reply[];
  /** Requests, of which one may bring many records. */
  requests: number;
  /** False for a platform that knows no batches. */
  takesBatches: boolean;
  /** After so many lines the next answer to a batch breaks off. */
  cutAfter: number | undefined;
  /** Ids that revocations find. */
  owned: Set<string>;
  /** What the platform says of TOKEN. */
  token: object;
  /** Called before each answer, which waits for it. */
  before: (received: Received) => Promise<void>;
  /** The most requests that were open at the same time. */
  busiest: number;
  /** Breaks every connection and takes no new one, until it is back. */
  goAway(away: boolean): void;
  close(): Promise<void>;
};

const BATCHES = "/v1/episodes/batch";

export const TOKEN = "tst_a_token_of_the_test";

/** Sets a contributor's environment so that they send to this platform. */
export function useToken(env: Record<string, string>, { url }: Pick<Platform, "url">): void {
  env["TRACE_SHARE_WORKER_BASE_URL"] = url;
  env["TRACE_SHARE_WORKER_API_TOKEN"] = TOKEN;
  env["TRACE_SHARE_ALLOW_INSECURE_HTTP"] = "1";
}

export async function startPlatform(): Promise<Platform> {
  const platform: Omit<Platform, "url" | "goAway" | "close"> = {
    received: [],
    script: [],
    batchScript: [],
    requests: 0,
    takesBatches: true,
    cutAfter: undefined,
    owned: new Set(),
    token: {},
    before: async () => undefined,
    busiest: 0,
  };
  let open = 0;
  let isAway = false;
  const server = createServer((request, response) => {
    open += 1;
    platform.busiest = Math.max(platform.busiest, open);
    response.once("close", () => void (open -= 1));
    if (isAway) return void response.destroy();
    platform.requests += 1;
    const one = async (received: Received): Promise<Reply> => {
      platform.received.push(received);
      const reply = platform.script.shift() ?? usual(received, platform);
      await platform.before(received);
      return reply;
    };
    void read(request).then(async (received) => {
      if (received.path === BATCHES) return answerBatch(response, received, { platform, one });
      answer(response, await one(received));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return Object.assign(platform, {
    url: `http://127.0.0.1:${port}`,
    goAway: (away: boolean) => {
      isAway = away;
      if (away) server.closeAllConnections();
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

export function problem(status: number, code: string, more: object = {}): Reply {
  const body = { type: `urn:trace-share:${code}`, title: code, status, code, ...more };
  return { status, body, headers: { "content-type": "application/problem+json" } };
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(z.instanceof(Buffer).parse(chunk));
  const bytes = Buffer.concat(chunks);
  const plain = request.headers["content-encoding"] === "zstd" ? zstdDecompressSync(bytes) : bytes;
  return { path: request.url ?? "", headers: request.headers, body: plain.toString("utf8") };
}

function usual(
  { path, headers, body }: Received,
  { owned, token }: Pick<Platform, "owned" | "token">,
): Reply {
  if (path === "/v1/revocations/proofs") return { status: 202, body: { status: "received" } };
  if (headers.authorization !== `Bearer ${TOKEN}`) return problem(401, "unauthenticated");
  if (path.endsWith("/status")) return stateOf(path.split("/").at(-2) ?? "", owned);
  if (path === "/v1/token") return { status: 200, body: token };
  if (path === "/v1/episodes") {
    const { id } = EpisodeUpload.parse(JSON.parse(body));
    const isNew = !owned.has(id);
    owned.add(id);
    const receipt = {
      episode_id: id,
      object_key: `episodes/${id}`,
      etag: "e",
      public_id: id,
      state: "received",
    };
    return { status: isNew ? 201 : 200, body: receipt };
  }
  const { episode_id } = z.object({ episode_id: z.string() }).parse(JSON.parse(body));
  if (!owned.has(episode_id)) return problem(404, "not_found", { detail: "No such episode." });
  return { status: 200, body: { episode_id, status: "revoked", effective_at: "2026-11-22T12:00:01.000Z" } };
}

/** Each record is looked at as if it had come alone, and answered with a line as soon as that is done. */
async function answerBatch(
  response: ServerResponse,
  { headers, body }: Received,
  {
    platform,
    one,
  }: { platform: Omit<Platform, "url" | "goAway" | "close">; one: (received: Received) => Promise<Reply> },
): Promise<void> {
  const isRefused = headers.authorization !== `Bearer ${TOKEN}`;
  if (isRefused) platform.received.push({ path: BATCHES, headers, body });
  if (isRefused) return answer(response, problem(401, "unauthenticated"));
  const whole =
    platform.batchScript.shift() ?? (!platform.takesBatches ? problem(405, "http_405") : undefined);
  if (whole) return answer(response, whole);
  response.writeHead(200, { "content-type": headers["content-type"] });
  for (const [index, line] of body.trimEnd().split("\n").entries()) {
    if (index === platform.cutAfter) {
      platform.cutAfter = undefined;
      response.destroy();
      return;
    }
    const reply = await one({ path: "/v1/episodes", headers, body: line });
    const wait = reply.headers?.["retry-after"];
    const more = { index, status: reply.status, ...(wait ? { retry_after: Number(wait) } : {}) };
    const said = z.looseObject({}).safeParse(reply.body).data;
    response.write(`${JSON.stringify({ ...said, ...more })}
`);
  }
  response.end();
}

/** Everything is published at once here. */
function stateOf(id: string, owned: ReadonlySet<string>): Reply {
  if (!owned.has(id)) return problem(404, "not_found");
  const facts = {
    state: "published",
    reason: null,
    tombstone: null,
    received_at: "2026-11-22T12:00:00.000Z",
  };
  return { status: 200, body: { episode_id: id, public_id: id, ...facts } };
}

function answer(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
  response.end(reply.body === undefined ? "" : JSON.stringify(reply.body));
}
