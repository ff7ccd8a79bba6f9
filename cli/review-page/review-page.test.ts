import { request } from "node:http";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { PROJECT, writeClaudeSession, writeCodexSession } from "#cli/testing/sessions.ts";
import { type Contributor, contributor, type Ran } from "#cli/testing/terminal.ts";
import type { ReviewDesk } from "#cli/run/review-desk.ts";
import { readPage } from "./page.ts";
import { startReviewServer } from "./server.ts";

type Answer = { status: number; headers: Record<string, unknown>; text: string };
type Sent = { method?: string; headers?: Record<string, string>; body?: unknown };

let person: Contributor;

beforeEach(async () => {
  person = contributor();
  await person.join();
});
afterEach(() => person.remove());

/** A request with exactly these headers, as no browser would let a page write them. */
function send(url: string, { method = "GET", headers = {}, body }: Sent = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => void (text += part));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    asked.on("error", reject);
    asked.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
  });
}

/** The review on the page, as a browser has it: address, token, and after `enter` the cookie. */
async function open(...flags: string[]) {
  const ran = person.runChoosing([], "review", "--open", ...flags);
  const file = await Promise.race([
    person.browsed(),
    ran.then(({ stderr }) => Promise.reject(new Error(stderr))),
  ]);
  const leads = /<a href="([^"]+)">/.exec(readFileSync(file, "utf8"))?.[1];
  const url = new URL(leads ?? "");
  const base = `${url.origin}${url.pathname}`;
  const token = url.hash.slice(1);
  const own = { origin: url.origin, "content-type": "application/json", "sec-fetch-site": "same-origin" };
  const redeem = (headers: Record<string, string> = own) =>
    send(`${base}session`, { method: "POST", headers, body: { token } });
  const enter = async () => {
    const [cookie = ""] = z.array(z.string()).parse((await redeem()).headers["set-cookie"]);
    return { ...own, cookie: cookie.split(";")[0] ?? "" };
  };
  return { ran, file, url, base, own, redeem, enter };
}

const Listed = z.object({
  groups: z.array(
    z.object({
      key: z.string(),
      affirmed: z.boolean(),
      raw: z.boolean(),
      sessions: z.array(
        z.object({
          source: z.string(),
          episodes: z.array(
            z.object({ id: z.string(), state: z.string(), flags: z.array(z.string()), title: z.string() }),
          ),
        }),
      ),
    }),
  ),
  words: z.array(z.string()),
});

/** What the page does, with its cookie. */
function page(base: string, headers: Record<string, string>) {
  const post = async (name: string, body: object) => {
    const answer = await send(`${base}${name}`, { method: "POST", headers, body });
    return { status: answer.status, json: answer.status === 200 ? JSON.parse(answer.text) : undefined };
  };
  const get = async (name: string) => JSON.parse((await send(`${base}${name}`, { headers })).text);
  const list = async () => Listed.parse(await get("list"));
  const episodes = async () =>
    (await list()).groups.flatMap(({ sessions }) => sessions.flatMap((one) => one.episodes));
  const done = async (ran: Promise<Ran>) => {
    await post("done", {});
    return ran;
  };
  return { post, get, list, episodes, done };
}

describe("who may speak to the review", () => {
  it("is one browser: the token works once, and gives a cookie that no script reads and no other path gets", async () => {
    writeCodexSession(person.home);
    const { ran, base, url, redeem, own } = await open();
    expect(url.hostname).toBe("127.0.0.1");
    expect((await send(`${base}list`, { headers: own })).status).toBe(401);
    expect(
      (await send(`${base}session`, { method: "POST", headers: own, body: { token: "0".repeat(64) } }))
        .status,
    ).toBe(403);
    const [cookie = ""] = z.array(z.string()).parse((await redeem()).headers["set-cookie"]);
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/review-[0-9a-f]{32}\/$/);
    expect((await redeem()).status).toBe(403);
    const headers = { ...own, cookie: cookie.split(";")[0] ?? "" };
    expect((await send(`${base}list`, { headers })).status).toBe(200);
    expect(
      (await send(`${base}list`, { headers: { ...headers, cookie: `${headers.cookie}0` } })).status,
    ).toBe(401);
    await page(base, headers).done(ran);
  });

  it("gets the address from a file that only its owner reads, and which goes when the review ends", async () => {
    writeCodexSession(person.home);
    const { ran, file, base, url, enter } = await open();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    expect(file).not.toContain(url.hash.slice(1));
    await page(base, await enter()).done(ran);
    expect(existsSync(dirname(file))).toBe(false);
  });

  it("comes to this host alone, from its own page alone", async () => {
    writeCodexSession(person.home);
    const { ran, base, url, enter } = await open();
    const headers = await enter();
    const ask = (more: Record<string, string>, name = "list") =>
      send(`${base}${name}`, { headers: { ...headers, ...more } });
    for (const host of [
      "evil.example",
      `localhost:${url.port}`,
      "127.0.0.1",
      `127.0.0.1:${Number(url.port) + 1}`,
    ]) {
      expect((await ask({ host })).status).toBe(421);
      expect((await ask({ host }, "")).status).toBe(421);
    }
    for (const site of ["cross-site", "same-site"])
      expect((await ask({ "sec-fetch-site": site })).status).toBe(403);
    expect((await send(`${url.origin}/list`, { headers })).status).toBe(404);
    const { post, episodes, done } = page(base, headers);
    const [{ id } = { id: "" }] = await episodes();
    const body = { ids: [id], decision: "accepted" };
    for (const origin of [
      "http://evil.example",
      "null",
      `http://localhost:${url.port}`,
      `http://127.0.0.1:${Number(url.port) + 1}`,
    ]) {
      const sent = { method: "POST", headers: { ...headers, origin }, body };
      expect((await send(`${base}decide`, sent)).status).toBe(403);
    }
    const { origin: _origin, ...without } = headers;
    expect((await send(`${base}decide`, { method: "POST", headers: without, body })).status).toBe(403);
    expect(
      (
        await send(`${base}decide`, {
          method: "POST",
          headers: { ...headers, "content-type": "text/plain" },
          body,
        })
      ).status,
    ).toBe(400);
    expect((await episodes()).map(({ state }) => state)).toEqual(["open", "open"]);
    expect((await post("decide", body)).status).toBe(200);
    await done(ran);
  });

  it("changes nothing by reading, and knows no other way in", async () => {
    writeCodexSession(person.home);
    const { ran, base, enter } = await open();
    const headers = await enter();
    const { episodes, done } = page(base, headers);
    const before = await episodes();
    for (const name of [
      "decide",
      "project",
      "mark",
      "unmark",
      "done",
      "session",
      "../list",
      "list/x",
      "%2e%2e/list",
    ]) {
      expect((await send(`${base}${name}`, { headers })).status).toBe(404);
    }
    for (const method of ["PUT", "DELETE", "HEAD", "OPTIONS"]) {
      expect((await send(`${base}list`, { method, headers })).status).toBe(405);
    }
    for (const body of [
      "{",
      "[]",
      { ids: [], decision: "accepted" },
      { ids: ["x"], decision: "accepted" },
      { ids: [before[0]?.id], decision: "open" },
    ]) {
      expect((await send(`${base}decide`, { method: "POST", headers, body })).status).toBe(400);
    }
    expect(
      (
        await send(`${base}decide`, {
          method: "POST",
          headers,
          body: { ids: ["0".repeat(64)], decision: "accepted" },
        })
      ).status,
    ).toBe(409);
    expect((await send(`${base}episode?id=${"0".repeat(64)}`, { headers })).status).toBe(409);
    expect(await episodes()).toEqual(before);
    await done(ran);
  });

  it("gets a page without a word of a session, that may load nothing and be framed by nobody", async () => {
    writeCodexSession(person.home, { firstPrompt: "quicksilver </script><b>x" });
    const { ran, base, enter } = await open();
    const shell = await send(base);
    expect(shell.text).not.toContain("quicksilver");
    const policy = String(shell.headers["content-security-policy"]);
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^' ]+'; style-src 'sha256-[^' ]+'; /);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(shell.headers).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    });
    expect(shell.text).not.toMatch(/https?:\/\//);
    const headers = await enter();
    const answer = await send(`${base}list`, { headers });
    expect(answer.headers["content-type"]).toMatch(/^application\/json/);
    expect(answer.text).toContain("quicksilver");
    await page(base, headers).done(ran);
  });
});

describe("the page's program", () => {
  it("is whole: it can be read as one script", () => {
    const script = /<script type="module">([\s\S]*)<\/script>/.exec(readPage().html)?.[1] ?? "";
    expect(script.length).toBeGreaterThan(1_000);
    expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|<\/script/i);
    expect(() => new Script(script)).not.toThrow();
  });
});

describe("the review on the page", () => {
  it("lists sessions and episodes, shows one before and after, and keeps what is decided", async () => {
    writeCodexSession(person.home, { output: "in /home/mfischer/shop\n" });
    writeClaudeSession(person.home);
    const { ran, base, enter } = await open();
    const { post, get, list, episodes, done } = page(base, await enter());
    expect(
      (await list()).groups[0]?.sessions.map(({ source, episodes }) => [source, episodes.length]),
    ).toEqual([
      ["codex_cli", 2],
      ["claude_code", 1],
    ]);
    const [first, second] = await episodes();
    const view = await get(`episode?id=${first?.id}`);
    const marks = z
      .array(
        z.object({
          kind: z.string(),
          leaves: z.boolean(),
          segments: z.array(z.looseObject({ kind: z.string() })),
        }),
      )
      .parse(view.blocks)
      .flatMap(({ segments }) => segments.filter(({ kind }) => kind === "redacted"));
    expect(marks).toMatchObject([{ original: "mfischer" }]);
    expect(JSON.parse(view.record)).toMatchObject({ id: first?.id, disclosure: "summary" });
    await post("decide", { ids: [first?.id], decision: "accepted" });
    await post("decide", { ids: [second?.id], decision: "rejected" });
    const ended = await done(ran);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toContain("episodes: accepted 1, open 1, rejected 1");
    expect(JSON.parse((await person.run("review", "--json")).stdout).counts).toEqual({
      accepted: 1,
      rejected: 1,
      open: 1,
    });
  });

  it("takes a missed word out at once, here and in every run, and asks for the acceptance anew", async () => {
    writeCodexSession(person.home, {
      prompts: 3,
      firstPrompt: "Ship Falconworks",
      output: "the falconworks host",
    });
    const { ran, base, enter } = await open();
    const { post, get, episodes, done } = page(base, await enter());
    const all = await episodes();
    await post("decide", { ids: all.map(({ id }) => id), decision: "accepted" });
    const [first, , last] = all;
    expect((await post("mark", { id: first?.id, text: "nowhere to be found" })).json.message).toContain(
      "does not stand",
    );
    const marked = await post("mark", { id: first?.id, text: " Falconworks " });
    expect(marked.json.message).toContain("3 episodes");
    const now = await episodes();
    expect(now[0]?.title).toBe("Ship [SECRET:deny-word#1]");
    expect(now.map(({ id }) => id)).not.toContain(first?.id);
    const view = await get(`episode?id=${now[0]?.id}`);
    expect(JSON.stringify(JSON.parse(view.record))).not.toMatch(/falconworks/i);
    // the words of the other summaries did not leave and do not: what is counted in them did change
    expect(now.map(({ state, flags }) => [state, flags])).toEqual(
      all.map(() => ["open", ["changed since you accepted it"]]),
    );
    await done(ran);
    const file = join(person.stateHome, "deny-words.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ version: 1, words: ["Falconworks"] });
    const out = join(person.home, "payload.jsonl");
    await person.run("run", "--dry-run", "--review", "--include-raw", "--export-payload", out);
    const sent = readFileSync(out, "utf8");
    expect(sent).toContain("[SECRET:deny-word#1]");
    expect(sent).not.toMatch(/falconworks/i);
    expect(last?.id).not.toBe(now[2]?.id);
  });

  it("lets a marked word stand again, and then what was accepted is accepted", async () => {
    writeCodexSession(person.home, { firstPrompt: "Ship Falconworks" });
    const { ran, base, enter } = await open();
    const { post, episodes, done, list } = page(base, await enter());
    const [first] = await episodes();
    await post("decide", { ids: [first?.id], decision: "accepted" });
    await post("mark", { id: first?.id, text: "Falconworks" });
    expect((await list()).words).toEqual(["Falconworks"]);
    await post("unmark", { word: "Falconworks" });
    expect((await episodes())[0]).toMatchObject({ id: first?.id, state: "accepted" });
    await done(ran);
    expect(existsSync(join(person.stateHome, "deny-words.json"))).toBe(false);
  });

  it("decides for a project: affirmed first, then raw with what it adds, back, and never", async () => {
    await person.run("projects", "deny", "/srv/other");
    writeCodexSession(person.home, { cwd: "/srv/work/tool" });
    const { ran, base, enter } = await open();
    const { post, get, list, episodes, done } = page(base, await enter());
    const group = async () => (await list()).groups[0];
    const key = (await group())?.key;
    const [first] = await episodes();
    expect((await post("decide", { ids: [first?.id], decision: "accepted" })).status).toBe(409);
    expect((await post("project", { group: key, action: "raw" })).status).toBe(409);
    expect((await post("project", { group: key, action: "private" })).status).toBe(200);
    expect(await group()).toMatchObject({ affirmed: true, raw: false });
    const adds = await get(`raw?group=${key}`);
    expect(adds.rawBytes).toBeGreaterThan(adds.summaryBytes);
    await post("project", { group: key, action: "raw" });
    expect(await group()).toMatchObject({ raw: true });
    expect((await episodes())[0]?.flags).toEqual(["raw"]);
    await post("project", { group: key, action: "summary" });
    expect(await group()).toMatchObject({ raw: false });
    await post("project", { group: key, action: "deny" });
    expect(await group()).toBeUndefined();
    await done(ran);
    expect((await person.run("projects", "list")).stdout).toContain("/srv/work/tool");
  });

  it("offers a denied project no more, whatever is marked afterwards", async () => {
    writeCodexSession(person.home, { cwd: "/srv/work/a" });
    writeCodexSession(person.home, { cwd: "/srv/work/b", id: "44444444-2222-4333-8444-555555555555" });
    const { ran, base, enter } = await open();
    const { post, list, episodes, done } = page(base, await enter());
    await post("project", { group: (await list()).groups[0]?.key, action: "deny" });
    const [other] = await episodes();
    const marked = await post("mark", { id: other?.id, text: "make the tests" });
    expect(marked.json.message).toContain("1 episode,");
    expect((await list()).groups).toHaveLength(1);
    await done(ran);
  });

  it("ends with Ctrl-C and when nobody uses it, and what was decided is kept", async () => {
    writeCodexSession(person.home, { cwd: PROJECT });
    const { ran, base, enter } = await open();
    const { post, episodes } = page(base, await enter());
    await post("decide", { ids: [(await episodes())[0]?.id], decision: "accepted" });
    person.interrupt();
    expect((await ran).stdout).toContain("accepted 1");
    await expect(send(base)).rejects.toThrow("ECONNREFUSED");
    // nothing is asked of the desk
    const idle = await startReviewServer({} as ReviewDesk, {
      random: (length) => new Uint8Array(length),
      idleMs: 1,
    });
    expect(await idle.ended).toBe("idle");
  });
});
