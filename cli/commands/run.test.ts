import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { eachTest } from "#cli/testing/each-test.ts";
import type { Contributor } from "#cli/testing/terminal.ts";
import { type Platform, problem, startPlatform, TOKEN } from "#cli/testing/platform.ts";
import { PLANTED, writeClaudeSession, writeCodexSession } from "#cli/testing/sessions.ts";
import { EpisodeUpload } from "#lib/domain/episode/schema.ts";
import { contentHash, episodeId } from "#lib/domain/episode/identity.ts";

const RunJson = z.object({
  ok: z.boolean(),
  counters: z.record(z.string(), z.number()),
  episodes: z.array(z.looseObject({ id: z.string(), status: z.string() })),
  refused: z.array(z.looseObject({ code: z.string() })),
  next_steps: z.array(z.string()),
});

let person: Contributor;
let platform: Platform;

eachTest((made) => {
  ({ person, platform } = made);
  writeCodexSession(person.home);
  writeClaudeSession(person.home);
});

async function runJson(...flags: string[]) {
  const ran = await person.run("run", "--json", ...flags);
  return { ...RunJson.parse(JSON.parse(ran.stdout)), code: ran.code };
}

/** Every file of the state folder and every row of every table. */
function stateOf(home: string): unknown {
  if (!existsSync(home)) return null;
  const database = new DatabaseSync(join(home, "platform.sqlite"), { readOnly: true });
  const tables = ["contributor", "consent", "upload", "revocation"];
  const rows = tables.map((table) => database.prepare(`select * from ${table}`).all());
  database.close();
  return { files: readdirSync(home).sort(), rows: JSON.stringify(rows) };
}

describe("the gates of run", () => {
  it("explains itself and exits 2 without --dry-run or --review --yes", async () => {
    await person.join();
    for (const flags of [[], ["--review"], ["--yes"], ["--include-raw"]]) {
      const ran = await person.run("run", ...flags);
      expect(ran.code).toBe(2);
      expect(ran.stderr).toContain("Uploads require --review and --yes");
      expect(ran.stderr).toContain("--dry-run");
    }
    expect(platform.received).toEqual([]);
  });

  it("refuses without consent, dry or not, and makes no state", async () => {
    for (const flags of [["--dry-run"], ["--review", "--yes"]]) {
      const ran = await person.run("run", ...flags);
      expect(ran.code).toBe(1);
      expect(ran.stderr).toContain("consent init");
    }
    expect(existsSync(person.stateHome)).toBe(false);
  });

  it("takes an unknown flag, an unknown source and both modes at once for usage errors", async () => {
    await person.join();
    for (const flags of [
      ["--frobnicate"],
      ["--dry-run", "--source", "nope"],
      ["--dry-run", "--yes", "--review"],
    ]) {
      expect((await person.run("run", ...flags)).code).toBe(2);
    }
  });

  it("refuses plain http and names the setting that allows it", async () => {
    await person.join();
    delete person.env["TRACE_SHARE_ALLOW_INSECURE_HTTP"];
    const ran = await person.run("run", "--review", "--yes");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("TRACE_SHARE_ALLOW_INSECURE_HTTP=1");
    expect(platform.received).toEqual([]);
  });
});

describe("a dry run", () => {
  it("gives identical output twice, sends nothing and leaves no state", async () => {
    await person.join();
    const before = stateOf(person.stateHome);
    const first = await person.run("run", "--dry-run", "--review");
    const second = await person.run("run", "--dry-run", "--review");
    expect(first.code).toBe(0);
    expect(second.stdout).toBe(first.stdout);
    expect(stateOf(person.stateHome)).toEqual(before);
    expect(platform.received).toEqual([]);
    for (const line of [
      "scanned_files=2",
      "produced_docs=3",
      "would_upload_docs=3",
      "source=codex_cli docs=2",
    ]) {
      expect(first.stdout.split("\n")).toContain(line);
    }
    expect(first.stdout).toMatch(/^would_upload_bytes=\d+ \(\d+\.\d KiB\)$/m);
  });

  it("keeps ids when the session grows, and offers the window that was open", async () => {
    await person.join();
    const before = await runJson("--dry-run", "--source", "codex_cli");
    writeCodexSession(person.home, { prompts: 3 });
    const after = await runJson("--dry-run", "--source", "codex_cli");
    const ids = after.episodes.map((episode) => episode.id);
    expect(ids).toHaveLength(3);
    // the first window states nothing of what follows; the closed last one of before is the second now
    expect(ids.slice(0, 2)).toEqual(before.episodes.map((episode) => episode.id));
  });

  it("holds back the last window of a session of today unless --include-open is given", async () => {
    await person.join();
    writeCodexSession(person.home, { id: "77777777-2222-4333-8444-555555555555", day: "2026-11-22" });
    const closed = await runJson("--dry-run", "--source", "codex_cli");
    expect(closed.counters).toMatchObject({ produced_docs: 3, open_docs: 1 });
    const open = await runJson("--dry-run", "--source", "codex_cli", "--include-open");
    expect(open.counters).toMatchObject({ produced_docs: 4, open_docs: 0 });
  });

  it("writes the payload for its owner alone: valid records whose ids follow from their content", async () => {
    await person.join();
    const file = join(person.home, "payload.jsonl");
    await person.run("run", "--dry-run", "--include-raw", "--export-payload", file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const lines = readFileSync(file, "utf8").trim().split("\n");
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      const { id, content_hash, private: privatePart, ...record } = EpisodeUpload.parse(JSON.parse(line));
      expect(record.disclosure).toBe("raw");
      expect(contentHash(record)).toBe(content_hash);
      expect(episodeId(content_hash)).toBe(id);
      expect(privatePart?.slot).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it("keeps words back unless --include-raw is given", async () => {
    await person.join();
    const summary = await person.run("run", "--dry-run", "--show-payload");
    expect(summary.stdout).not.toContain("running 3 tests");
    const raw = await person.run("run", "--dry-run", "--include-raw", "--show-payload");
    expect(raw.stdout).toContain("running 3 tests");
  });
});

describe("an upload", () => {
  it("sends everything after a dry run, then nothing more", async () => {
    await person.join();
    const dry = await runJson("--dry-run");
    const sent = await runJson("--review", "--yes");
    expect(sent.code).toBe(0);
    expect(sent.counters).toMatchObject({ uploaded_docs: 3, skipped_existing_docs: 0 });
    expect(sent.episodes.map((episode) => episode.id)).toEqual(dry.episodes.map((episode) => episode.id));
    expect(new Set(platform.received.map((one) => JSON.parse(one.body).id))).toEqual(
      new Set(dry.episodes.map((episode) => episode.id)),
    );
    const again = await runJson("--review", "--yes");
    expect(again.counters).toMatchObject({ uploaded_docs: 0, skipped_existing_docs: 3 });
    expect(again.code).toBe(0);
    expect(platform.received).toHaveLength(3);
  });

  it("says who it is, compresses, and shows where the episode will be seen", async () => {
    await person.join();
    const ran = await person.run("run", "--review", "--yes");
    const { headers } = platform.received[0]!;
    expect(headers["x-trace-share-client"]).toMatch(/^cli\/\d+\.\d+\.\d+$/);
    expect(headers["content-encoding"]).toBe("zstd");
    expect(ran.stdout).toContain(`${platform.url}/episodes/${JSON.parse(platform.received[0]!.body).id}`);
  });

  it("offers to another platform what one platform has", async () => {
    await person.join();
    await runJson("--review", "--yes");
    const other = await startPlatform();
    person.env["TRACE_SHARE_WORKER_BASE_URL"] = other.url;
    const sent = await runJson("--review", "--yes");
    await other.close();
    expect(sent.counters["uploaded_docs"]).toBe(3);
  });

  it("offers capped episodes again in the next run", async () => {
    await person.join();
    const all = await runJson("--dry-run");
    const half = String(Math.ceil(all.counters["would_upload_bytes"]! / 2));
    const first = await runJson("--review", "--yes", "--max-upload-bytes", half);
    expect(first.counters["capped_docs"]).toBeGreaterThan(0);
    expect(first.code).toBe(0);
    const second = await runJson("--review", "--yes");
    expect(first.counters["uploaded_docs"]! + second.counters["uploaded_docs"]!).toBe(3);
  });

  it("tries again after 429 and 5xx, and waits as long as it is told", async () => {
    await person.join();
    platform.script.push(problem(503, "unavailable"), {
      ...problem(429, "rate_limited"),
      headers: { "retry-after": "3" },
    });
    const sent = await runJson("--review", "--yes", "--source", "claude_code");
    expect(sent.counters["uploaded_docs"]).toBe(1);
    expect(person.waits).toEqual([400, 3_000]);
  });

  it("stops after five tries and goes on in the next run", async () => {
    await person.join();
    platform.batchScript.push(...Array.from({ length: 5 }, () => problem(503, "paused")));
    const stopped = await runJson("--review", "--yes");
    expect(stopped.code).toBe(1);
    expect(stopped.counters).toMatchObject({ uploaded_docs: 0, failed_docs: 3 });
    expect(person.waits).toEqual([400, 800, 1_600, 3_200]);
    expect((await runJson("--review", "--yes")).counters["uploaded_docs"]).toBe(3);
  });

  it("tells a conflict, a refusal and a withdrawal apart, and refuses each record alone", async () => {
    await person.join();
    platform.script.push(
      problem(409, "id_conflict"),
      problem(422, "sanitizer_finding", { errors: [{ code: "github-token", path: "$.steps[1].text" }] }),
      problem(410, "withdrawn"),
    );
    const ran = await person.run("run", "--review", "--yes");
    expect(ran.code).toBe(1);
    for (const part of [
      "409 id_conflict",
      "422 sanitizer_finding",
      "github-token at $.steps[1].text",
      "410 withdrawn",
    ]) {
      expect(ran.stdout).toContain(part);
    }
    expect(platform.received).toHaveLength(3);
    // refusals are offered again, what is withdrawn never
    const again = await runJson("--review", "--yes");
    expect(again.counters).toMatchObject({ uploaded_docs: 2, withdrawn_docs: 1 });
  });

  it("stops at a refused token without sending the rest", async () => {
    await person.join();
    person.env["TRACE_SHARE_WORKER_API_TOKEN"] = "another";
    const ran = await person.run("run", "--review", "--yes");
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("401 unauthenticated");
    expect(ran.stderr).toContain("TRACE_SHARE_WORKER_API_TOKEN");
    expect(platform.received).toHaveLength(1);
  });

  it("takes a receipt for another episode, or none, for no receipt", async () => {
    await person.join();
    const other = {
      episode_id: "0".repeat(64),
      object_key: "k",
      etag: "e",
      public_id: "0".repeat(64),
      state: "received",
    };
    platform.script.push(
      { status: 201, body: other },
      { status: 200, body: "fine" },
      { status: 302, headers: { location: "/x" } },
    );
    const sent = await runJson("--review", "--yes");
    expect(sent.code).toBe(1);
    expect(sent.counters["uploaded_docs"]).toBe(0);
    expect(platform.received).toHaveLength(3);
  });
});

describe("what must never show", () => {
  it("prints, stores, exports and sends no planted secret", async () => {
    await person.join();
    const file = join(person.home, "payload.jsonl");
    await person.run(
      "run",
      "--dry-run",
      "--review",
      "--include-raw",
      "--show-payload",
      "--explain-size",
      "--export-payload",
      file,
    );
    await person.run("run", "--review", "--yes", "--include-raw");
    await person.run("run", "--review", "--yes", "--json");
    const everything = [
      person.printed(),
      readFileSync(file, "utf8"),
      readFileSync(join(person.stateHome, "platform.sqlite"), "latin1"),
      ...platform.received.map((one) => one.body),
    ].join("\n");
    for (const secret of Object.values(PLANTED)) expect(everything.includes(secret)).toBe(false);
    expect(person.printed().includes(TOKEN)).toBe(false);
  });

  it("calls a session file by number if its name holds a secret", async () => {
    await person.consent();
    const own = ["amber", "Lantern", "4471"].join("-");
    person.env["DEPLOY_PASSWORD"] = own;
    const folder = join(person.home, ".codex", "sessions");
    for (const name of [PLANTED.token, own, "plain"])
      writeFileSync(join(folder, `rollout-${name}.jsonl`), "{}\n");
    const ran = await person.run("run", "--dry-run");
    const json = await person.run("run", "--dry-run", "--json");
    for (const text of [ran.stdout, json.stdout]) {
      expect([PLANTED.token, own].some((secret) => text.includes(secret))).toBe(false);
      expect(text).toContain("~/.codex/sessions/rollout-plain.jsonl");
      expect(text).toContain("~/.codex/sessions/(name withheld, it holds a secret: 2)");
    }
  });

  it("makes control bytes of a session visible", async () => {
    await person.join();
    const escape = String.fromCodePoint(0x1b);
    const override = String.fromCodePoint(0x202e);
    writeCodexSession(person.home, { firstPrompt: `Hello ${escape}[2J${escape}]0;x\u0007 ${override}abc` });
    const ran = await person.run("run", "--dry-run", "--review", "--include-raw", "--show-payload");
    const json = await person.run("run", "--dry-run", "--json");
    for (const text of [ran.stdout, json.stdout]) {
      expect(text.includes(escape)).toBe(false);
      expect(text.includes(override)).toBe(false);
      expect(text.includes("\u0007")).toBe(false);
    }
    expect(ran.stdout).toContain("\\u{1b}");
  });

  it("follows no link out of a source's folder and says so", async () => {
    await person.join();
    const outside = join(person.home, "outside.jsonl");
    writeFileSync(outside, "secret\n");
    symlinkSync(outside, join(person.home, ".codex", "sessions", "rollout-link.jsonl"));
    const ran = await person.run("run", "--dry-run");
    expect(ran.stdout).toContain("rollout-link.jsonl: symbolic_link");
    expect(ran.stdout).toContain("scanned_files=2");
  });
});
