import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { eachTest } from "#cli/testing/each-test.ts";
import type { Contributor } from "#cli/testing/terminal.ts";
import { type Platform, problem, type Received } from "#cli/testing/platform.ts";
import { startSending } from "#cli/testing/program.ts";
import { writeCodexSession } from "#cli/testing/sessions.ts";

const RunJson = z.object({
  counters: z.record(z.string(), z.number()),
  episodes: z.array(z.looseObject({ id: z.string(), status: z.string() })),
  error: z.object({ code: z.string() }).optional(),
});
const SEND = ["run", "--review", "--yes"];
const PROMPTS = 12;

let person: Contributor;
let platform: Platform;
eachTest(async (made) => {
  ({ person, platform } = made);
  writeCodexSession(person.home, { prompts: PROMPTS });
  await person.join();
});

function idsOf(received: readonly Received[]): string[] {
  return received.map(({ body }) => z.object({ id: z.string() }).parse(JSON.parse(body)).id);
}

async function sendJson(...flags: string[]) {
  const ran = await person.run(...SEND, "--json", ...flags);
  return { ...RunJson.parse(JSON.parse(ran.stdout)), code: ran.code };
}

/** Makes the local state refuse one row. */
function failToNote(id: string): void {
  const database = new DatabaseSync(join(person.stateHome, "platform.sqlite"));
  database.exec(
    `create trigger no before insert on upload when new.episode_id = '${id}' begin select raise(abort, 'no'); end`,
  );
  database.close();
}

/** The platform knows no batches: episodes go one by one, as to an older one. */
function knowsNoBatches(): void {
  platform.takesBatches = false;
}

describe("an upload of many episodes to a platform without batches", () => {
  beforeEach(knowsNoBatches);

  it("sends the first alone and then a few at the same time, each of them once", async () => {
    const openAfter: number[] = [];
    platform.before = async () => {
      openAfter.push(platform.busiest);
      await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const sent = await sendJson();
    expect(sent).toMatchObject({ code: 0, counters: { uploaded_docs: PROMPTS } });
    expect(openAfter[0]).toBe(1);
    expect(platform.busiest).toBeGreaterThan(1);
    expect(platform.busiest).toBeLessThanOrEqual(4);
    expect(new Set(idsOf(platform.received)).size).toBe(PROMPTS);
    expect(platform.received).toHaveLength(PROMPTS);
  });

  it("lists a few and counts the rest, refusals by their reason", async () => {
    platform.script = [
      { status: 201, body: {} },
      ...Array.from({ length: PROMPTS - 1 }, () => problem(422, "schema_invalid")),
    ];
    const ran = await person.run(...SEND);
    expect(ran.code).toBe(1);
    expect(ran.stdout.match(/^refused by the platform: [0-9a-f]{64}: 422 schema_invalid/gm)).toHaveLength(10);
    expect(ran.stdout).toContain("refused by the platform: 1 more: 422 schema_invalid (--json lists them)");
    const again = await person.run(...SEND);
    expect(again.code).toBe(0);
    expect(again.stdout.match(/^uploaded: [0-9a-f]{64} /gm)).toHaveLength(10);
    expect(again.stdout).toContain("uploaded: 2 more episodes (--json lists them");
  });

  it("keeps what a platform writes on one line", async () => {
    platform.script = [problem(422, "schema_invalid", { detail: "one\ntwo\r\nuploaded: forged" })];
    const ran = await person.run(...SEND);
    expect(ran.stdout).toContain("one\\ntwo\\u{d}\\nuploaded: forged");
    const forged = { detail: "no\nNext: something of theirs" };
    for (const reply of [problem(409, "slot_refused", forged), problem(403, "forbidden", forged)]) {
      platform.script = [reply];
      const said = await person.run(...SEND);
      expect(said.stdout + said.stderr).toContain("no\\nNext: something of theirs");
      expect(said.stdout + said.stderr).not.toMatch(/^Next: something/m);
      await person.run("reset", "--all", "--yes");
    }
  });

  it("tells how far it is where somebody watches, and nothing of it to a script", async () => {
    const watched = await person.runTyping(undefined, ...SEND);
    expect(watched.stderr).toContain(`sending 1 of ${PROMPTS}, 0 B of `);
    await person.run("reset", "--all", "--yes");
    expect((await person.run(...SEND)).stderr).not.toContain("sending");
  });
});

describe("a refusal", () => {
  it("stops everything after it with --on-refusal stop", async () => {
    platform.script = [{ status: 201, body: {} }];
    const stopped = await sendJson("--on-refusal", "stop");
    expect(stopped).toMatchObject({ code: 1, error: { code: "stopped_on_refusal" } });
    expect(stopped.counters).toMatchObject({ uploaded_docs: 0, refused_docs: 1, failed_docs: PROMPTS - 1 });
    expect(platform.received).toHaveLength(1);
    expect(platform.busiest).toBe(1);
    expect(await sendJson("--on-refusal", "stop")).toMatchObject({
      code: 0,
      counters: { uploaded_docs: PROMPTS },
    });
  });

  it("refuses itself alone otherwise, and is offered again", async () => {
    platform.script = [problem(422, "sanitizer_finding")];
    const sent = await sendJson();
    expect(sent).toMatchObject({ code: 1, counters: { uploaded_docs: PROMPTS - 1, refused_docs: 1 } });
    expect(await sendJson()).toMatchObject({ code: 0, counters: { uploaded_docs: 1 } });
  });
});

describe("a platform that wants to be left alone", () => {
  beforeEach(knowsNoBatches);

  it("is asked again when it said, by all requests at once", async () => {
    platform.script = [problem(503, "unavailable"), problem(503, "unavailable")].map((reply) => ({
      ...reply,
      headers: { ...reply.headers, "retry-after": "30" },
    }));
    const ran = await person.run(...SEND);
    expect(ran.code).toBe(0);
    expect(person.waits).toEqual([30_000, 30_000]);
    expect(ran.stderr).toContain("waiting 30 s: The platform can't take requests now (503 unavailable).");
  });

  it("is not waited for when it said to come back much later", async () => {
    platform.script = [{ ...problem(503, "paused"), headers: { "retry-after": "7200" } }];
    const ran = await person.run(...SEND);
    expect(ran.code).toBe(1);
    expect(person.waits).toEqual([]);
    expect(platform.received).toHaveLength(1);
    expect(ran.stderr).toContain("Next: run the same command again in 2 h: it goes on where it was");
  });
});

describe("an upload that is cut off", () => {
  beforeEach(knowsNoBatches);

  it("ends at Ctrl-C after what is on its way, and the same command goes on", async () => {
    platform.before = async () => {
      if (platform.received.length === 5) person.interrupt();
    };
    const cut = await sendJson();
    expect(cut).toMatchObject({ code: 1, error: { code: "interrupted" } });
    const arrived = cut.counters["uploaded_docs"] ?? 0;
    expect(arrived).toBe(platform.owned.size);
    expect(arrived).toBeLessThan(PROMPTS);
    expect(cut.counters["failed_docs"]).toBe(PROMPTS - arrived);
    const rest = await sendJson();
    expect(rest).toMatchObject({ code: 0, counters: { uploaded_docs: PROMPTS - arrived } });
    expect(platform.received).toHaveLength(PROMPTS);
  });

  it("notes what is on its way though one answer can't be noted, and sends nothing more", async () => {
    platform.before = async ({ body }) => {
      const { id } = z.object({ id: z.string() }).parse(JSON.parse(body));
      if (platform.received.length === 3) failToNote(id);
      // the others are answered after it
      await new Promise((resolve) => setTimeout(resolve, platform.received.length === 3 ? 0 : 100));
    };
    const cut = await sendJson();
    expect(cut).toMatchObject({ code: 1, error: { code: "state_unusable" } });
    expect(platform.received.length).toBeLessThan(PROMPTS);
    expect(cut.counters["uploaded_docs"]).toBe(platform.received.length - 1);
    platform.before = async () => undefined;
    const rest = await person.run("run", "--dry-run", "--json");
    expect(RunJson.parse(JSON.parse(rest.stdout)).counters["skipped_existing_docs"]).toBe(
      platform.received.length - 1,
    );
  });

  it("does not wait for a platform any longer", async () => {
    platform.script = [{ ...problem(503, "unavailable"), headers: { "retry-after": "60" } }];
    person.onSleep = () => person.interrupt();
    const cut = await sendJson();
    expect(cut).toMatchObject({ code: 1, counters: { uploaded_docs: 0 } });
    expect(platform.received).toHaveLength(1);
  });

  it("ends with what it knows when a real process gets Ctrl-C", async () => {
    const started = startSending(person);
    platform.before = async () => {
      if (platform.received.length === 3) started.kill("SIGINT");
      // what is on its way when the key is pressed
      await new Promise((resolve) => setTimeout(resolve, 100));
    };
    let said = "";
    started.stdout.on("data", (chunk: Buffer) => void (said += chunk.toString()));
    const [code, signal] = await once(started, "close");
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    expect(platform.owned.size).toBeLessThan(PROMPTS);
    expect(said).toContain(`uploaded_docs=${platform.owned.size}\n`);
  });

  it("loses nothing when the process is killed, and takes nothing for sent that was not", async () => {
    const killed = startSending(person);
    platform.before = async () => {
      if (platform.received.length >= 4) killed.kill("SIGKILL");
    };
    await once(killed, "exit");
    expect(platform.owned.size).toBeGreaterThan(0);
    platform.before = async () => undefined;
    const rest = await sendJson();
    expect(rest.code).toBe(0);
    expect(platform.owned.size).toBe(PROMPTS);
    expect((rest.counters["uploaded_docs"] ?? 0) + (rest.counters["skipped_existing_docs"] ?? 0)).toBe(
      PROMPTS,
    );
    expect(await sendJson()).toMatchObject({ code: 0, counters: { skipped_existing_docs: PROMPTS } });
  });
});
