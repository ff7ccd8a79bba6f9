import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ANCHORED } from "#lib/domain/sanitize/testing/corpus.ts";
import { makeSecret } from "#lib/domain/sanitize/testing/make-secret.ts";
import { recordTypes } from "#cli/io/report.ts";
import { writeCodexSession } from "#cli/testing/sessions.ts";
import { type Contributor, contributor } from "#cli/testing/terminal.ts";

/** Tokens that tidying a path takes apart, and one that it leaves alone. */
const TAKEN_APART = tokenOf("google-refresh-token");
const WHOLE = tokenOf("gitlab-token");
const TOKENS = [TAKEN_APART, tokenOf("rocketchat-hook"), tokenOf("cloudinary-url"), WHOLE];
/** The half of each that nothing may show. */
const HALVES = TOKENS.map((token) => token.slice(-Math.ceil(token.length / 2)));

let person: Contributor;

beforeEach(async () => {
  person = contributor();
  await person.consent();
  TOKENS.forEach((token, index) => {
    writeCodexSession(person.home, {
      id: `11111111-2222-4333-8444-00000000000${index}`,
      day: `2026-03-0${index + 1}`,
      cwd: `/srv/${token}/app`,
    });
  });
});
afterEach(() => person.remove());

function tokenOf(id: string): string {
  const row = ANCHORED.find((one) => one.id === id);
  if (row === undefined) throw new Error("no such row");
  return makeSecret(row.shape, 21);
}

function shown(text: string): number[] {
  return HALVES.flatMap((half, index) => (text.includes(half) ? [index] : []));
}

describe("a working folder whose name is a token", () => {
  it("is named in nothing that run, review and scan say", async () => {
    for (const flags of [
      ["run", "--dry-run", "--review", "--scanner", "off"],
      ["run", "--dry-run", "--json", "--scanner", "off"],
      ["review", "--list", "--scanner", "off"],
      ["review", "--json", "--scanner", "off"],
      ["scan", "--out", join(person.home, "out")],
    ]) {
      const ran = await person.run(...flags);
      expect(shown(ran.stdout + ran.stderr)).toEqual([]);
    }
    expect(shown(readFileSync(join(person.home, "out", "scan_summary.json"), "utf8"))).toEqual([]);
  });

  it("is advised to be affirmed from within, since its name can't be copied", async () => {
    const ran = await person.run("run", "--dry-run", "--scanner", "off");
    expect(ran.stderr).toContain("trace-share projects allow . in each project whose name is withheld");
    expect(ran.stderr).not.toContain("projects allow '");
  });

  it("is asked about, decided and listed under a number", async () => {
    await person.runChoosing(["0", "affirm", "unknown", "back", "done"], "review", "--scanner", "off");
    expect(shown(person.questions.join("\n"))).toEqual([]);
    expect(person.questions.join("\n")).toContain("/srv/(name withheld, it holds a secret: 1)");
    for (const token of TOKENS) await person.run("projects", "deny", `/srv/${token}/app`);
    const listed = await person.run("projects", "list");
    const json = await person.run("projects", "list", "--json");
    expect(shown(listed.stdout + json.stdout)).toEqual([]);
    expect(listed.stdout).toContain("denied  /srv/(name withheld, it holds a secret: 1)");
    expect(shown(person.printed())).toEqual([]);
  });
});

describe("a file whose log states no time", () => {
  it("is called by number if its name holds a secret, where --since passes it over", async () => {
    writeCodexSession(person.home, { id: WHOLE, timed: false });
    const ran = await person.run("run", "--dry-run", "--since", "2026-01-01", "--scanner", "off");
    const json = await person.run("run", "--dry-run", "--since", "2026-01-01", "--json", "--scanner", "off");
    expect(ran.stdout).toContain(
      "not offered with --since, the log states no time: ~/.codex/sessions/2026/03/04/(name withheld",
    );
    expect(shown(ran.stdout + json.stdout)).toEqual([]);
  });
});

describe("a file that is given on the command line", () => {
  it("is not repeated if its path holds a token, in results, refusals and advice", async () => {
    const folder = join(person.home, TAKEN_APART);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "records.jsonl");
    writeFileSync(file, "{}\n");
    for (const flags of [
      ["publish", "--in", file],
      ["publish", "--in", file, "--dry-run", "--review", "--scanner", "off"],
      ["run", "--dry-run", "--export-payload", join(folder, "out.jsonl"), "--scanner", "off"],
      ["sanitize", "--in", file, "--out", join(folder, "clean"), "--scanner", "off"],
      ["scan", "--in", person.home, "--out", join(folder, "scanned")],
    ]) {
      const ran = await person.run(...flags);
      expect(shown(ran.stdout + ran.stderr)).toEqual([]);
    }
  });
});

describe("types of records that are passed over", () => {
  it("are not named if they could be a token, of letters alone too", () => {
    const token = tokenOf("huggingface-org-token");
    expect(recordTypes({ [token]: 1, response_item: 2 })).toEqual({ "(other)": 1, response_item: 2 });
  });
});

describe("a folder of the program whose path holds a token", () => {
  it("is named by no command that speaks of it, nor is a file in it", async () => {
    const apart = contributor();
    try {
      const home = join(apart.home, TAKEN_APART, "state");
      apart.env["TRACE_SHARE_HOME"] = home;
      apart.env["TRACE_SHARE_ALLOW_INSECURE_HTTP"] = "1";
      await apart.consent();
      const source = join(apart.home, TAKEN_APART, "logs");
      mkdirSync(source, { recursive: true });
      const commands = [
        ["consent", "init", "--license", "CC0-1.0"],
        ["consent", "status"],
        ["status"],
        ["whoami"],
        ["logout"],
        ["logout", "--all"],
        ["sources", "add", "--id", "mine", "--root", source, "--format", "jsonl"],
        ["sources", "add", "--id", "mine", "--root", source, "--format", "jsonl"],
        ["sources", "list"],
        ["sources", "detect"],
        ["sources", "remove", "--id", "mine"],
        ["keys", "certificate"],
        ["keys", "init"],
        ["revoke", "list"],
        ["revoke", "certificate"],
        ["projects", "list"],
        ["reset", "--all"],
      ];
      for (const command of commands)
        for (const json of [[], ["--json"]]) {
          const ran = await apart.run(...command, ...json);
          expect([command.join(" "), json, shown(ran.stdout + ran.stderr)]).toEqual([
            command.join(" "),
            json,
            [],
          ]);
        }
      const pasted = await apart.runPiping(
        `tst_${"a".repeat(20)}\n`,
        "login",
        "--platform",
        "http://127.0.0.1:1",
        "--token-stdin",
      );
      expect(shown(pasted.stdout + pasted.stderr)).toEqual([]);
      for (const [file, text] of [
        ["config.toml", "nonsense ="],
        ["deny-words.json", "{"],
        ["sources.toml", "x ="],
        ["platform.sqlite", "no"],
        ["credentials.json", "{"],
      ]) {
        writeFileSync(join(home, file ?? ""), text ?? "");
        for (const command of [["status"], ["run", "--dry-run"], ["sources", "list"]]) {
          const ran = await apart.run(...command);
          expect([file, command.join(" "), shown(ran.stdout + ran.stderr)]).toEqual([
            file,
            command.join(" "),
            [],
          ]);
        }
      }
    } finally {
      apart.remove();
    }
  });
});
