import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Script } from "node:vm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { openReview, page, send } from "#cli/testing/review-page.ts";
import { writeCodexSession } from "#cli/testing/sessions.ts";
import { type Contributor, contributor } from "#cli/testing/terminal.ts";
import { readPage } from "./page.ts";

let person: Contributor;

beforeEach(async () => {
  person = contributor();
  await person.join();
});
afterEach(() => person.remove());

describe("who may speak to the review", () => {
  it("is one browser: the token works once, and gives a cookie that no script reads and no other path gets", async () => {
    writeCodexSession(person.home);
    const { ran, base, url, redeem, own } = await openReview(person);
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
    const { ran, file, base, url, enter } = await openReview(person);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    expect(file).not.toContain(url.hash.slice(1));
    await page(base, await enter()).done(ran);
    expect(existsSync(dirname(file))).toBe(false);
  });

  it("comes to this host alone, from its own page alone", async () => {
    writeCodexSession(person.home);
    const { ran, base, url, enter } = await openReview(person);
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
    const { ran, base, enter } = await openReview(person);
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
    const { ran, base, enter } = await openReview(person);
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
