import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { openReview, page, send } from "#cli/testing/review-page.ts";
import { PROJECT, writeClaudeSession, writeCodexSession } from "#cli/testing/sessions.ts";
import { type Contributor, contributor } from "#cli/testing/terminal.ts";
import type { ReviewDesk } from "#cli/run/review-desk.ts";
import { startReviewServer } from "./server.ts";

let person: Contributor;

beforeEach(async () => {
  person = contributor();
  await person.join();
});
afterEach(() => person.remove());

describe("the review on the page", () => {
  it("lists sessions and episodes, shows one before and after, and keeps what is decided", async () => {
    writeCodexSession(person.home, { output: "in /home/mfischer/shop\n" });
    writeClaudeSession(person.home);
    const { ran, base, enter } = await openReview(person);
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
    const { ran, base, enter } = await openReview(person);
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
    const { ran, base, enter } = await openReview(person);
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
    const { ran, base, enter } = await openReview(person);
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
    const { ran, base, enter } = await openReview(person);
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
    const { ran, base, enter } = await openReview(person);
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
