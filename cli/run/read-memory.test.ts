import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { ANCHORED } from "#lib/domain/sanitize/testing/corpus.ts";
import { makeSecret } from "#lib/domain/sanitize/testing/make-secret.ts";
import { type Platform, startPlatform, TOKEN } from "#cli/testing/platform.ts";
import { installScanner } from "#cli/testing/scanner.ts";
import { PLANTED, writeClaudeSession, writeCodexSession } from "#cli/testing/sessions.ts";
import { type Contributor, contributor } from "#cli/testing/terminal.ts";

/** A secret that no rule knows, until a project's `.env` holds it. */
const OWN = "zebra-9x7-quartz";
const HOUR = 3_600_000;

const RunJson = z.looseObject({
  counters: z.record(z.string(), z.number()),
  episodes: z.array(z.looseObject({ id: z.string(), status: z.string() })),
  scanner: z.looseObject({ findings: z.number() }).optional(),
  sources: z.array(z.unknown()),
  redactions_by_kind: z.unknown(),
  refused: z.array(z.unknown()),
});

let person: Contributor;
let platform: Platform;

beforeEach(async () => {
  // files that the test writes are older than what may still change unseen
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + HOUR });
  await begin();
});
afterEach(async () => {
  await end();
  vi.useRealTimers();
});

async function begin(): Promise<void> {
  person = contributor();
  platform = await startPlatform();
  person.env["TRACE_SHARE_WORKER_BASE_URL"] = platform.url;
  person.env["TRACE_SHARE_WORKER_API_TOKEN"] = TOKEN;
  person.env["TRACE_SHARE_ALLOW_INSECURE_HTTP"] = "1";
  await person.join();
  await person.run("projects", "allow", join(person.home, "code"));
}

async function end(): Promise<void> {
  await platform.close();
  person.remove();
}

async function run(...flags: string[]) {
  const { stdout } = await person.run("run", "--json", "--scanner", "off", ...flags);
  return RunJson.parse(JSON.parse(stdout));
}

/** A dry run that knows nothing of what was read before, and is the same otherwise. */
async function runAnew(...flags: string[]) {
  const copy = join(person.home, "..", "anew");
  cpSync(person.stateHome, copy, { recursive: true });
  const database = new DatabaseSync(join(copy, "platform.sqlite"));
  database.exec("delete from reading");
  database.close();
  person.env["TRACE_SHARE_HOME"] = copy;
  try {
    return await run("--dry-run", ...flags);
  } finally {
    delete person.env["TRACE_SHARE_HOME"];
    rmSync(copy, { recursive: true });
  }
}

/** What a run offers and counts; how much of it was read is left out. */
function offersOf({ counters, episodes, sources, redactions_by_kind, refused }: z.infer<typeof RunJson>) {
  const { unchanged_files: _files, unchanged_docs: _docs, ...counted } = counters;
  const told = episodes.map(({ id, status }) => `${status} ${id}`).toSorted();
  return { counted, told, sources, redactions_by_kind, refused };
}

function unchanged({ counters }: z.infer<typeof RunJson>): number | undefined {
  return counters["unchanged_files"];
}

const folder = (name: string) => join(person.home, "code", name);
const idOf = (index: number) => `1111111${index}-2222-4333-8444-555555555555`;
const codex = (index: number, options: { prompts?: number; text?: string } = {}) =>
  writeCodexSession(person.home, {
    id: idOf(index),
    prompts: options.prompts ?? 2,
    firstPrompt: `${options.text ?? "First"} task with ${OWN}`,
    day: `2026-03-0${index + 1}`,
    cwd: folder(index % 2 === 0 ? "even" : "odd"),
  });
/** A thread of times of its own that begins like another one. */
const forkOf = (index: number) => {
  const path = writeCodexSession(person.home, {
    id: idOf(index + 3),
    prompts: 3,
    firstPrompt: `First task with ${OWN}`,
    day: `2026-03-1${index}`,
    cwd: folder(index % 2 === 0 ? "even" : "odd"),
  });
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace('"payload":{', `"payload":{"forked_from_id":"${idOf(index)}",`));
};
const secretIn = (name: string) => {
  mkdirSync(folder(name), { recursive: true });
  writeFileSync(join(folder(name), ".env"), `INTERNAL_TOKEN=${OWN}\n`);
};

describe("a run after everything was sent", () => {
  it("opens no file again, and counts and lists as before", async () => {
    codex(0);
    writeClaudeSession(person.home);
    const sent = await run("--yes", "--review");
    expect(sent.counters).toMatchObject({ uploaded_docs: 3, unchanged_files: 0 });
    const again = await run("--dry-run");
    expect(again.counters).toMatchObject({
      scanned_files: 2,
      unchanged_files: 2,
      unchanged_docs: 3,
      skipped_existing_docs: 3,
      would_upload_docs: 0,
    });
    expect(offersOf(again)).toEqual(offersOf(await runAnew()));
    const { stdout } = await person.run("run", "--dry-run", "--review");
    expect(stdout).toContain("unchanged since an earlier run, not read again: 2 files, 3 episodes");
    expect(unchanged(await run("--yes", "--review"))).toBe(2);
  });

  it("keeps no text of a session, and the file stays the owner's alone", async () => {
    codex(0, { text: "Peculiar" });
    await run("--yes", "--review");
    const path = join(person.stateHome, "platform.sqlite");
    const kept = readFileSync(path).toString("latin1");
    for (const text of ["Peculiar", OWN, PLANTED.token, PLANTED.email, idOf(0), "cargo test", "rollout-"]) {
      expect(kept).not.toContain(text);
    }
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("reads everything again under another version, consent, namespace or raw choice, and to show payloads", async () => {
    codex(0);
    await run("--yes", "--review");
    expect(unchanged(await run("--dry-run"))).toBe(1);
    for (const flags of [
      ["--include-raw"],
      ["--namespace", "team"],
      ["--show-payload"],
      ["--explain-size"],
    ]) {
      expect(unchanged(await run("--dry-run", ...flags))).toBe(0);
    }
    const key = "GIT_AUTHOR_NAME";
    person.env[key] = "Somebody Else";
    expect(unchanged(await run("--dry-run"))).toBe(0);
    delete person.env[key];
    writeFileSync(join(person.stateHome, "sources.toml"), "version = 1\n");
    expect(unchanged(await run("--dry-run"))).toBe(0);
  });

  it("leaves a file that has just changed to the next run", async () => {
    vi.setSystemTime(Date.now() - HOUR);
    codex(0);
    await run("--yes", "--review");
    expect(unchanged(await run("--dry-run"))).toBe(0);
  });
});

describe("the name of a file that was not read again", () => {
  it("is withheld as in a run that reads it", async () => {
    const token = makeSecret(ANCHORED.find(({ id }) => id === "stripe-key")?.shape ?? "", 11);
    const text = readFileSync(writeClaudeSession(person.home), "utf8")
      .replaceAll("/home/dev/shop", `/srv/${token}/app`)
      .replaceAll(/"timestamp":"[^"]*",?/g, "");
    const path = join(
      person.home,
      ".claude",
      "projects",
      `-srv-${token.replaceAll("_", "-")}-app`,
      "one.jsonl",
    );
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    // idle for more than a day
    utimesSync(path, Date.now() / 1_000 - 3 * 24 * 3_600, Date.now() / 1_000 - 3 * 24 * 3_600);
    await run("--yes", "--review");
    const { stdout, stderr } = await person.run("run", "--dry-run", "--json", "--since", "2026-03-01");
    expect(unchanged(RunJson.parse(JSON.parse(stdout)))).toBe(2);
    expect(stdout).toContain("name withheld");
    expect(stdout + stderr).not.toContain(token.replaceAll("_", "-"));
  });
});

describe("a fork of a session that was not read again", () => {
  it("makes all be read with the secrets that are known where each is read", async () => {
    codex(0);
    codex(1);
    secretIn("odd"); // known only after the first session was read
    await run("--yes", "--review");
    forkOf(0);
    const known = await run("--dry-run");
    expect(unchanged(known)).toBe(0);
    expect(offersOf(known)).toEqual(offersOf(await runAnew()));
  });

  it("counts once what a scanner found before all was read again", async () => {
    const eyes = ["--scanner", "required"];
    installScanner(person, "gannet");
    codex(0);
    codex(1);
    await run("--yes", "--review", ...eyes);
    codex(2, { text: "Look for the gannet" });
    forkOf(0);
    const { scanner, counters } = await run("--dry-run", ...eyes);
    expect(counters["unchanged_files"]).toBe(0);
    expect(scanner?.findings).toBe(1);
  });
});

describe("a dry run", () => {
  it("remembers nothing", async () => {
    codex(0);
    const path = join(person.stateHome, "platform.sqlite");
    const before = readFileSync(path);
    await run("--dry-run");
    await run("--dry-run");
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(person.stateHome)).toEqual(["platform.sqlite"]);
  });
});

/** What may happen between two runs. Each is given the number of a session. */
const EVENTS: Record<string, (index: number) => unknown> = {
  grows: (index) => codex(index, { prompts: 3 }),
  "is cut": (index) => codex(index, { prompts: 1 }),
  "is replaced by one of the same size and time": (index) => {
    const path = codex(index);
    const { atime, mtime } = statSync(path);
    codex(index, { text: "Other" });
    utimesSync(path, atime, mtime);
  },
  "is copied": (index) =>
    cpSync(codex(index), join(person.home, ".codex", "sessions", `rollout-copy-${index}.jsonl`)),
  "is copied, and one of them grows": (index) => {
    cpSync(codex(index), join(person.home, ".codex", "sessions", `rollout-copy-${index}.jsonl`));
    codex(index, { prompts: 3 });
  },
  "is forked, and goes on": (index) => forkOf(index),
  "is forked, and is gone": (index) => {
    forkOf(index);
    rmSync(codex(index));
  },
  "is gone": (index) => rmSync(codex(index)),
  "has a line that can't be read": (index) => writeFileSync(codex(index), "{no json\n", { flag: "a" }),
  "has its project's secret known": (index) => secretIn(index % 2 === 0 ? "even" : "odd"),
  "has its project denied": (index) =>
    person.run("projects", "deny", folder(index % 2 === 0 ? "even" : "odd")),
  "has its project allowed, as public": (index) =>
    person.run("projects", "allow", "--public", folder(index % 2 === 0 ? "even" : "odd")),
  "is rejected": async () => {
    const { episodes } = await runAnew();
    const [open] = episodes.filter(({ status }) => status === "would_upload");
    if (open) await person.run("review", "--reject", open.id);
  },
  "is withdrawn": async () => {
    const { episodes } = await runAnew();
    const [sent] = episodes.filter(({ status }) => status === "exists");
    if (sent) await person.run("revoke", "add", "--episode-id", sent.id);
  },
  "is reset": () => person.run("reset", "--all", "--yes"),
  "is sent in part": () => run("--yes", "--review", "--max-upload-bytes", "2500"),
  "is refused by the platform": () => {
    platform.script.push({ status: 422, body: { code: "schema_invalid", status: 422, title: "no" } });
    return run("--yes", "--review");
  },
};

describe("a run that remembers", () => {
  it("offers exactly what one that reads everything offers, whatever happened in between", async () => {
    const event = fc.tuple(fc.constantFrom(...Object.keys(EVENTS)), fc.nat({ max: 2 }), fc.boolean());
    let recalled = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 5 }), async (events) => {
        await end();
        await begin();
        for (const index of [0, 1, 2]) codex(index);
        await run("--yes", "--review");
        for (const [name, index, sends] of events) {
          await EVENTS[name]?.(index);
          const known = await run("--dry-run");
          recalled += unchanged(known) ?? 0;
          expect(offersOf(known)).toEqual(offersOf(await runAnew()));
          if (sends) await run("--yes", "--review");
        }
      }),
      { numRuns: 6, examples: [[[["is replaced by one of the same size and time", 0, true]]]] },
    );
    expect(recalled).toBeGreaterThan(0);
  }, 120_000);

  it("narrows what it remembers as it narrows what it reads", async () => {
    for (const index of [0, 1, 2]) codex(index);
    await run("--yes", "--review", "--project", folder("even"));
    for (const flags of [
      [],
      ["--since", "2026-03-02"],
      ["--project", folder("odd")],
      ["--source", "codex_cli"],
    ]) {
      expect(offersOf(await run("--dry-run", ...flags))).toEqual(offersOf(await runAnew(...flags)));
    }
    expect(unchanged(await run("--dry-run", "--project", folder("even")))).toBe(3);
  });
});
