import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { eachTest } from "#cli/testing/each-test.ts";
import { type Platform, problem } from "#cli/testing/platform.ts";
import { startSending } from "#cli/testing/program.ts";
import { writeCodexSession } from "#cli/testing/sessions.ts";
import type { Contributor } from "#cli/testing/terminal.ts";

const RunJson = z.object({
  counters: z.record(z.string(), z.number()),
  episodes: z.array(z.looseObject({ id: z.string(), status: z.string() })),
  error: z.object({ code: z.string() }).optional(),
});
const PROMPTS = 40;

let person: Contributor;
let platform: Platform;
eachTest(async (made) => {
  ({ person, platform } = made);
  await person.join();
});

async function sendJson(...flags: string[]) {
  const ran = await person.run("run", "--review", "--yes", "--json", ...flags);
  return { ...RunJson.parse(JSON.parse(ran.stdout)), code: ran.code };
}

describe("sending in batches", () => {
  it("sends a short history in one request", async () => {
    writeCodexSession(person.home, { prompts: 12 });
    expect(await sendJson()).toMatchObject({ code: 0, counters: { uploaded_docs: 12 } });
    expect(platform.requests).toBe(1);
    expect(platform.owned.size).toBe(12);
  });

  it("sends a first one alone and then a few at the same time, each record once", async () => {
    writeCodexSession(person.home, { prompts: PROMPTS });
    const openAfter: number[] = [];
    platform.before = async () => {
      openAfter.push(platform.busiest);
      await new Promise((resolve) => setTimeout(resolve, 2));
    };
    expect(await sendJson()).toMatchObject({ code: 0, counters: { uploaded_docs: PROMPTS } });
    expect(openAfter.slice(0, 16).every((open) => open === 1)).toBe(true);
    expect(platform.busiest).toBeGreaterThan(1);
    expect(platform.busiest).toBeLessThanOrEqual(4);
    expect(platform.received).toHaveLength(PROMPTS);
    expect(platform.requests).toBeLessThanOrEqual(8);
  });

  it("asks a platform without batches once for them", async () => {
    writeCodexSession(person.home, { prompts: 12 });
    platform.takesBatches = false;
    expect(await sendJson()).toMatchObject({ code: 0, counters: { uploaded_docs: 12 } });
    expect(platform.requests).toBe(13);
  });

  it("makes smaller ones where a proxy refuses them for their size, and single uploads in the end", async () => {
    writeCodexSession(person.home, { prompts: 4 });
    platform.batchScript = Array.from({ length: 9 }, () => problem(413, "http_413"));
    expect(await sendJson()).toMatchObject({ code: 0, counters: { uploaded_docs: 4 } });
    expect(platform.owned.size).toBe(4);
  });

  it("sends one by one with --on-refusal stop", async () => {
    writeCodexSession(person.home, { prompts: 5 });
    platform.script = [{ status: 201, body: {} }];
    expect(await sendJson("--on-refusal", "stop")).toMatchObject({
      code: 1,
      error: { code: "stopped_on_refusal" },
      counters: { uploaded_docs: 0, refused_docs: 1, failed_docs: 4, not_confirmed_docs: 0 },
    });
    expect(platform.received).toHaveLength(1);
  });

  it("waits when one of its records is to come later, and sends that one again", async () => {
    writeCodexSession(person.home, { prompts: 6 });
    platform.script = [{ ...problem(503, "unavailable"), headers: { "retry-after": "41" } }];
    const ran = await person.run("run", "--review", "--yes");
    expect(ran.code).toBe(0);
    expect(person.waits).toEqual([41_000]);
    expect(ran.stderr).toContain("waiting 41 s: The platform can't take requests now (503 unavailable).");
    expect(platform.requests).toBe(2);
    expect(platform.received).toHaveLength(7);
  });
});

describe("a batch that is cut off", () => {
  it("is asked for again, as far as its lines have not come", async () => {
    writeCodexSession(person.home, { prompts: 12 });
    platform.cutAfter = 5;
    expect(await sendJson()).toMatchObject({ code: 0, counters: { uploaded_docs: 12 } });
    expect(platform.requests).toBe(2);
    expect(platform.owned.size).toBe(12);
  });

  it("says what is not confirmed when the platform stays away, and the same command asks", async () => {
    writeCodexSession(person.home, { prompts: 12 });
    platform.before = async () => {
      if (platform.received.length === 4) platform.goAway(true);
    };
    const ran = await person.run("run", "--review", "--yes");
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(
      /^not confirmed: \d+ episodes sent without an answer\. The same command asks again\.$/m,
    );
    expect(ran.stdout).toMatch(/^not_confirmed_docs=\d+$/m);
    platform.before = async () => undefined;
    platform.goAway(false);
    const rest = await sendJson();
    expect(rest.code).toBe(0);
    expect(platform.owned.size).toBe(12);
    const { uploaded_docs: sent = 0, skipped_existing_docs: had = 0 } = rest.counters;
    expect(sent + had).toBe(12);
  });

  it("is waited for at Ctrl-C, and nothing follows it", async () => {
    writeCodexSession(person.home, { prompts: PROMPTS });
    platform.before = async () => {
      if (platform.received.length === 5) person.interrupt();
    };
    const cut = await sendJson();
    expect(cut).toMatchObject({ code: 1, error: { code: "interrupted" }, counters: { uploaded_docs: 16 } });
    expect(cut.counters["failed_docs"]).toBe(PROMPTS - 16);
    expect(platform.owned.size).toBe(16);
    expect(await sendJson()).toMatchObject({ code: 0, counters: { uploaded_docs: PROMPTS - 16 } });
  });

  it("loses nothing when the process is killed in the middle, and takes nothing for sent that was not", async () => {
    writeCodexSession(person.home, { prompts: 12 });
    const killed = startSending(person);
    platform.before = async () => {
      if (platform.received.length === 4) killed.kill("SIGKILL");
    };
    await once(killed, "exit");
    platform.before = async () => undefined;
    const rest = await sendJson();
    expect(rest.code).toBe(0);
    expect(platform.owned.size).toBe(12);
    const { uploaded_docs: sent = 0, skipped_existing_docs: had = 0 } = rest.counters;
    expect(sent + had).toBe(12);
  });
});
