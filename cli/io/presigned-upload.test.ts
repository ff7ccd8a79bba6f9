import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eachTest } from "#cli/testing/each-test.ts";
import { type Platform, problem, TOKEN } from "#cli/testing/platform.ts";
import { writeCodexSession } from "#cli/testing/sessions.ts";
import type { Contributor } from "#cli/testing/terminal.ts";

type Put = { path: string; headers: IncomingHttpHeaders; bytes: number };

let person: Contributor;
let platform: Platform;
let bucket: { url: string; puts: Put[]; answers: number[]; server: Server };
eachTest(async (made) => {
  ({ person, platform } = made);
  writeCodexSession(person.home, { prompts: 1 });
  await person.join();
  person.env["TRACE_SHARE_WORKER_UPLOAD_MODE"] = "presigned";
});
beforeEach(async () => {
  const puts: Put[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    let bytes = 0;
    request.on("data", (chunk: Buffer) => void (bytes += chunk.length));
    request.on("end", () => {
      puts.push({ path: request.url ?? "", headers: request.headers, bytes });
      const status = answers.shift() ?? 200;
      response.writeHead(status, status === 307 ? { location: `${platform.url}/elsewhere` } : {});
      response.end(status >= 400 ? "<Error><Code>BadDigest</Code></Error>" : "");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  bucket = { url: `http://127.0.0.1:${port}`, puts, answers, server };
});
afterEach(() => {
  bucket.server.closeAllConnections();
  bucket.server.close();
});

type Announced = { bytes: number; sha256: string; episode_id: string; content_hash: string };

/** Lets the platform answer one presign with an address, whose headers are about the announced body unless others are given. */
function scriptPresign(
  upload_url: string,
  change: (headers: Record<string, string>) => void = () => {},
): void {
  platform.before = async (received) => {
    if (received.path !== "/v1/episodes/presign") return;
    const { sha256, episode_id } = JSON.parse(received.body) as Announced; // what our own client sends
    receipt.episode_id = episode_id;
    headers["x-amz-checksum-sha256"] = Buffer.from(sha256, "hex").toString("base64");
    change(headers);
  };
  const headers: Record<string, string> = { "content-type": "application/json", "if-none-match": "*" };
  platform.script.push({ status: 200, body: { upload_url, object_key: "incoming/a/b", headers } });
}

const receipt = { episode_id: "a".repeat(64), object_key: "k", etag: "e", public_id: "a".repeat(64) };
const send = () => person.run("run", "--review", "--yes", "--json");
const pathsAsked = () =>
  platform.received.map(({ path }) => path).filter((path) => path.startsWith("/v1/episodes"));

describe("an upload to where the platform says", () => {
  it("announces size and digest, follows the signed headers, and tells the bucket no token", async () => {
    scriptPresign(`${bucket.url}/b/incoming/a/b?X-Amz-Signature=1`);
    platform.script.push({ status: 201, body: receipt });
    const ran = await send();
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    const announced = JSON.parse(
      platform.received.find(({ path }) => path.endsWith("presign"))?.body ?? "{}",
    ) as Announced;
    expect(bucket.puts).toHaveLength(1);
    const [put] = bucket.puts;
    expect(put).toMatchObject({ path: "/b/incoming/a/b?X-Amz-Signature=1", bytes: announced.bytes });
    expect(put?.headers).toMatchObject({
      "content-type": "application/json",
      "content-length": String(announced.bytes),
      "if-none-match": "*",
      "x-amz-checksum-sha256": Buffer.from(announced.sha256, "hex").toString("base64"),
    });
    expect(JSON.stringify(put?.headers)).not.toContain(TOKEN);
    expect(put?.headers).not.toHaveProperty("authorization");
    expect(pathsAsked()).toEqual(["/v1/episodes/presign", "/v1/episodes/complete"]);
  });

  it("goes on with `complete` where the bucket has the body already, after an answer that got lost", async () => {
    scriptPresign(`${bucket.url}/b`);
    platform.script.push({ status: 200, body: receipt });
    bucket.answers.push(412);
    expect((await send()).code).toBe(0);
  });

  it("asks an overloaded bucket again, and is refused by one that refuses", async () => {
    scriptPresign(`${bucket.url}/b`);
    platform.script.push({ status: 201, body: receipt });
    bucket.answers.push(503);
    expect((await send()).code).toBe(0);
    expect(bucket.puts).toHaveLength(2);
  });

  it("does not complete what the bucket has refused", async () => {
    scriptPresign(`${bucket.url}/b`);
    bucket.answers.push(400);
    const ran = await send();
    expect(ran.stdout).toContain("store_refused");
    expect(pathsAsked()).toEqual(["/v1/episodes/presign"]);
  });

  it("takes an address whose time is over for no withdrawal: the next run sends again", async () => {
    scriptPresign(`${bucket.url}/b`);
    platform.script.push(problem(410, "upload_expired"));
    expect((await send()).stdout).toContain("upload_expired");
    scriptPresign(`${bucket.url}/b`);
    bucket.answers.push(410);
    expect((await send()).stdout).toContain("store_refused");
    scriptPresign(`${bucket.url}/b`);
    platform.script.push({ status: 201, body: receipt });
    expect((await send()).code).toBe(0);
  });

  it("follows no redirect of the bucket", async () => {
    scriptPresign(`${bucket.url}/b`);
    bucket.answers.push(307);
    expect((await send()).stdout).toContain("store_refused");
    expect(platform.received.some(({ path }) => path === "/elsewhere")).toBe(false);
  });

  it.each([
    ["http:// where that is not allowed", "http://files.example.org/b", "insecure_http"],
    ["this machine", "https://127.0.0.1/b", "address_refused"],
    ["this machine by an odd number", "https://2130706433/b", "address_refused"],
    ["this machine inside IPv6", "https://[::ffff:127.0.0.1]/b", "address_refused"],
    ["this machine by name", "https://localhost/b", "address_refused"],
    ["the network inside", "https://10.0.0.5/b", "address_refused"],
    ["the network inside by name", "https://inside.example.org/b", "address_refused"],
    ["a name with one address outside and one inside", "https://both.example.org/b", "address_refused"],
    ["a cloud's metadata", "https://169.254.169.254/latest", "address_refused"],
    ["a cloud's metadata by name", "https://metadata.google.internal/x", "address_refused"],
    ["an address with a user name", "https://user:word@files.example.org/b", "address_refused"],
    ["another kind of address", "file:///etc/passwd", "address_refused"],
  ])("refuses an address that a public platform names at %s", async (_name, url, code) => {
    const names: Record<string, string[]> = {
      "platform.example.org": ["93.184.215.14"],
      "files.example.org": ["93.184.215.15"],
      "inside.example.org": ["192.168.7.7"],
      "both.example.org": ["93.184.215.16", "10.0.0.7"],
      localhost: ["127.0.0.1"],
    };
    person.lookup = async (name) => names[name] ?? [];
    person.env["TRACE_SHARE_WORKER_BASE_URL"] = "https://platform.example.org";
    delete person.env["TRACE_SHARE_ALLOW_INSECURE_HTTP"];
    // the tests' platform stands behind the public name
    person.fetch = (input, init) => {
      const asked = new URL(input instanceof Request ? input.url : input);
      return fetch(`${platform.url}${asked.pathname}`, init);
    };
    scriptPresign(url);
    const ran = await send();
    expect(ran.code).not.toBe(0);
    expect(ran.stdout).toContain(code);
    expect(bucket.puts).toEqual([]);
    expect(pathsAsked()).toEqual(["/v1/episodes/presign"]);
  });

  it("refuses metadata addresses of a platform on this machine as well", async () => {
    scriptPresign("http://169.254.169.254/latest");
    expect((await send()).stdout).toContain("address_refused");
  });

  it.each([
    ["another header", (headers: Record<string, string>) => void (headers["authorization"] = "AWS4 x")],
    [
      "another body's digest",
      (headers: Record<string, string>) => void (headers["x-amz-checksum-sha256"] = "AAAA"),
    ],
    ["another type", (headers: Record<string, string>) => void (headers["content-type"] = "text/html")],
  ])("refuses signed headers that ask for %s", async (_name, change) => {
    scriptPresign(`${bucket.url}/b`, change);
    expect((await send()).stdout).toContain("address_refused");
    expect(bucket.puts).toEqual([]);
  });

  it("sends to the platform itself in the mode `auto` where it knows no presign, and not in `presigned`", async () => {
    platform.script.push(problem(501, "not_found"));
    expect((await send()).stdout).toContain("not_found");
    person.env["TRACE_SHARE_WORKER_UPLOAD_MODE"] = "auto";
    platform.script.push(problem(404, "not_found"));
    expect((await send()).code).toBe(0);
    expect(pathsAsked()).toEqual(["/v1/episodes/presign", "/v1/episodes/presign", "/v1/episodes"]);
  });

  it("refuses a mode that nobody knows", async () => {
    person.env["TRACE_SHARE_WORKER_UPLOAD_MODE"] = "fast";
    const ran = await send();
    expect(ran.code).toBe(2);
    expect(ran.stdout + ran.stderr).toContain("TRACE_SHARE_WORKER_UPLOAD_MODE");
  });
});
