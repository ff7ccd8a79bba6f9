import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "#workers/embedded-postgres/free-port.ts";
import { readDockerfile } from "./dockerfile.ts";

// What the proxy passes on, tried with a real Caddy where TEST_CADDY_PROGRAM names one: its configuration is the Dockerfile's, with this
// machine's ports.

const program = process.env["TEST_CADDY_PROGRAM"];
const folder = mkdtempSync(join(tmpdir(), "trace-share-proxy-"));
const behind: Server[] = [];
let caddy: ChildProcess | undefined;
let port = 0;

/** Answers with its name and what it was asked for. */
async function listen(name: string): Promise<number> {
  const server = createServer((asked, answer) => {
    const { method = "", url = "", headers } = asked;
    // an upload that the proxy cuts off has no end
    asked.resume().once("end", () => {
      answer.end([name, method, url, headers.host, headers["x-forwarded-for"]].join(" "));
    });
  });
  behind.push(server);
  const free = await freePort();
  server.listen(free, "127.0.0.1");
  await once(server, "listening");
  return free;
}

type Asked = { host: string; path: string; method?: string; body?: string };

async function ask({ host, path, method = "GET", body = "" }: Asked): Promise<string> {
  const headers = { host, "x-forwarded-for": "192.0.2.7", "content-length": Buffer.byteLength(body) };
  const asked = request({ host: "127.0.0.1", port, path, method, headers });
  asked.end(body);
  const [answer] = await once(asked, "response");
  return `${answer.statusCode} ${await text(answer)}`.trim();
}

async function startCaddy(file: string): Promise<void> {
  const stage = readDockerfile().find(({ name }) => name === "proxy");
  const configuration = stage?.instructions.find((one) => one.text !== undefined)?.text ?? "";
  port = await freePort();
  const places = {
    "web:3000": `127.0.0.1:${await listen("web")}`,
    "s3-gate:8333": `127.0.0.1:${await listen("gate")}`,
    "http_port 8080": `http_port ${port}`,
    "https_port 8443": `https_port ${await freePort()}`,
    ":8081": `:${await freePort()}`,
  };
  let changed = configuration;
  for (const [there, here] of Object.entries(places)) {
    expect(configuration).toContain(there);
    changed = changed.replaceAll(there, here);
  }
  writeFileSync(join(folder, "Caddyfile"), changed);
  const names = { SITE: "http://traces.localhost", FILES: "http://files.localhost" };
  const homes = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  caddy = spawn(file, ["run", "--config", join(folder, "Caddyfile")], {
    env: { NODE_ENV: "production", ...names, ...homes },
    stdio: "ignore",
  });
  while (!(await fetch(`http://127.0.0.1:${places[":8081"].slice(1)}/healthz`).catch(() => null))?.ok)
    await sleep(50);
}

describe.skipIf(!program)("the proxy (needs TEST_CADDY_PROGRAM)", () => {
  beforeAll(() => startCaddy(program ?? ""));
  afterAll(async () => {
    caddy?.kill();
    if (caddy) await once(caddy, "exit");
    for (const server of behind) server.close();
  });

  test("passes everything of the instance on, and says itself who asks", async () => {
    const said = await ask({ host: "traces.localhost", path: "/v1/index?q=1" });
    expect(said).toBe("200 web GET /v1/index?q=1 traces.localhost 127.0.0.1");
  });

  test("takes no larger body than the platform does", async () => {
    const body = "x".repeat(9 * 1024 * 1024);
    const answer = ask({ host: "traces.localhost", path: "/v1/episodes", method: "POST", body });
    expect(await answer).toMatch(/^413/);
  });

  test("passes a signed upload on with the name that was signed", async () => {
    const upload = {
      host: "files.localhost",
      path: "/trace-share/incoming/a/b?signed=1",
      method: "PUT",
      body: "x",
    };
    expect(await ask(upload)).toBe(
      "200 gate PUT /trace-share/incoming/a/b?signed=1 files.localhost 127.0.0.1",
    );
  });

  test.each([
    ["GET", "/trace-share/incoming/a/b"],
    ["DELETE", "/trace-share/incoming/a/b"],
    ["PUT", "/trace-share/objects/a"],
    ["PUT", "/trace-share/incoming/../objects/a"],
    ["PUT", "/trace-share/incoming/%2e%2e/objects/a"],
    ["PUT", "/trace-share/incoming/..%2fobjects/a"],
    ["PUT", "/trace-share?policy"],
    ["GET", "/"],
  ])("lets nobody ask the object store to %s %s", async (method, path) => {
    expect(await ask({ host: "files.localhost", path, method })).toBe("404");
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));
