import {
  createServer,
  type IncomingHttpHeaders,
  request,
  type RequestListener,
  type Server,
} from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { Log, LogField } from "#lib/ports/system.ts";
import { createPrometheusMetrics } from "./metrics-prometheus.ts";
import { observeRequests } from "./observe-requests.ts";
import { currentRequest } from "./request-context.ts";

type Line = { event: string; fields: Record<string, LogField> };
const ending: (() => void)[] = [];
afterEach(() => {
  for (const end of ending.splice(0)) end();
});

/** A server of this process, watched, and what is said of it. */
async function watched(listener: RequestListener) {
  const server = createServer(listener);
  const others = new Set<Server>();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  const lines: Line[] = [];
  const note = (event: string, fields: Record<string, LogField> = {}) => void lines.push({ event, fields });
  const log: Log = { info: note, warn: note, error: note };
  const metrics = createPrometheusMetrics("web");
  const stop = observeRequests({ log, metrics, except: others });
  ending.push(
    stop,
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const line = async () => {
    for (let turn = 0; turn < 200 && lines.length === 0; turn += 1) await sleep(5);
    return lines.shift();
  };
  return { server, others, port, lines, line, metrics };
}

function ask(port: number, path: string, headers: Record<string, string> = {}, method = "GET") {
  return new Promise<{ status: number; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    sent.on("error", reject).end();
  });
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe("watched requests", () => {
  it("leave one line with template, method, status, time, bytes and id, and nothing that was sent", async () => {
    const { port, line, lines, metrics } = await watched((_, response) => response.writeHead(404).end("no"));
    const planted = {
      "user-agent": "marmot",
      authorization: "Bearer marmot",
      cookie: "marmot=marmot",
      referer: "marmot",
    };
    const answer = await ask(port, "/episodes/marmot?q=marmot", planted);
    const said = await line();
    expect(said?.event).toBe("request.done");
    expect(said?.fields).toEqual({
      route: "/episodes/{id}",
      method: "GET",
      status: 404,
      durationMs: expect.any(Number),
      bytes: expect.any(Number),
      requestId: answer.headers["x-request-id"],
      principal: null,
    });
    expect(Number(said?.fields["bytes"])).toBeGreaterThan(50);
    expect(lines).toEqual([]);
    const page = await metrics.text();
    expect(page).toContain('http_requests_total{route="/episodes/{id}",method="GET",status="4xx"} 1');
    expect(page).toContain("trace_share_http_requests_open 0");
    expect(page + JSON.stringify(said)).not.toContain("marmot");
  });

  it("keep an id of a proxy's form and get another for anything else", async () => {
    const { port } = await watched((request, response) =>
      response.end(`${String(request.headers["x-request-id"])} ${currentRequest()?.id}`),
    );
    const uuid = crypto.randomUUID();
    for (const id of [uuid, "0".repeat(32), uuid.toUpperCase()]) {
      const answer = await ask(port, "/", { "x-request-id": id });
      expect(answer.headers["x-request-id"]).toBe(id.toLowerCase());
      expect(answer.text).toBe(`${id.toLowerCase()} ${id.toLowerCase()}`);
    }
    for (const id of ["marmot", `${uuid} x`, "0".repeat(33), "g".repeat(32), "a".repeat(5000)]) {
      const answer = await ask(port, "/", { "x-request-id": id });
      expect(answer.headers["x-request-id"]).toMatch(UUID);
      expect(answer.headers["x-request-id"]).not.toBe(id);
    }
  });

  it("each know their own id, also side by side and on one connection", async () => {
    const { port } = await watched((_, response) => {
      void sleep(5).then(() => response.end(currentRequest()?.id));
    });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        fetch(`http://127.0.0.1:${port}/`).then(async (one) => [
          one.headers.get("x-request-id"),
          await one.text(),
        ]),
      ),
    );
    expect(answers.every(([header, own]) => header === own)).toBe(true);
    expect(new Set(answers.map(([header]) => header)).size).toBe(20);
  });

  it("are aborted where the visitor leaves first", async () => {
    const arrived = Promise.withResolvers<void>();
    const { port, line, metrics } = await watched(() => arrived.resolve());
    const sent = request({ host: "127.0.0.1", port, path: "/about", agent: false });
    sent.on("error", () => {});
    sent.end();
    await arrived.promise;
    sent.destroy();
    expect((await line())?.fields).toMatchObject({ route: "/about", status: null, state: "aborted" });
    expect(await metrics.text()).toContain('{route="/about",method="GET",status="aborted"} 1');
  });

  it("make no series of hostile methods, addresses and agents", async () => {
    const { port, metrics } = await watched((_, response) => response.end());
    for (let index = 0; index < 30; index += 1)
      await ask(port, `/marmot${index}`, { "user-agent": `marmot${index}` }, index % 2 ? "PROPFIND" : "GET");
    const page = await metrics.text();
    const series = page.split("\n").filter((line) => line.startsWith("trace_share_http_requests_total"));
    expect(series.length).toBe(2);
    expect(page).not.toContain("marmot");
  });

  it("are not watched on other servers of the process, and not at all after the end", async () => {
    const { server, others, port, lines } = await watched((_, response) => response.end());
    others.add(server);
    expect((await ask(port, "/")).headers["x-request-id"]).toBeUndefined();
    others.clear();
    ending.shift()?.();
    expect((await ask(port, "/")).headers["x-request-id"]).toBeUndefined();
    expect(lines).toEqual([]);
  });
});

describe("a caller is private", () => {
  it.each([
    [true, {}],
    [true, { "x-forwarded-for": "10.1.2.3" }],
    [true, { "x-forwarded-for": "fd00::1, 192.168.0.9" }],
    [true, { "x-forwarded-for": "::ffff:127.0.0.1" }],
    [false, { "x-forwarded-for": "198.51.100.7" }],
    [false, { "x-forwarded-for": "127.0.0.1, 198.51.100.7" }],
    [false, { "x-forwarded-for": "198.51.100.7, 127.0.0.1" }],
    [false, { "x-forwarded-for": "localhost" }],
    [false, { "x-real-ip": "2001:db8::1" }],
    [false, { forwarded: "for=127.0.0.1" }],
    [false, { "x-forwarded-for": "172.32.0.1" }],
  ])("%s for %o", async (expected, headers) => {
    const { port } = await watched((_, response) => response.end(String(currentRequest()?.isPrivate)));
    expect((await ask(port, "/", headers)).text).toBe(String(expected));
  });
});
