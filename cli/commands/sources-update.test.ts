import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newKey, publicOf, startRegistry, type TestRegistry } from "#cli/testing/registry.ts";
import { writeCodexSession } from "#cli/testing/sessions.ts";
import { type Contributor, contributor } from "#cli/testing/terminal.ts";
import { sha256Hex } from "#lib/domain/hash.ts";

const entry = (id: string, root: string, parser = "codex_cli_v1") =>
  `[[sources]]\nid = "${id}"\nroots = ["${root}"]\nglobs = ["**/*.jsonl"]\nformat = "jsonl"\nparser_hint = "${parser}"\n`;
const FIRST = `version = 1\n${entry("codex_cli", "~")}${entry("march", "~/.codex/sessions/2026/03")}${entry("keys", "~/.ssh")}`;

let person: Contributor;
let registry: TestRegistry;
beforeEach(async () => {
  person = contributor();
  registry = await startRegistry(FIRST);
  Object.assign(person.env, {
    TRACE_SHARE_REMOTE_REGISTRY_ENABLED: "1",
    TRACE_SHARE_WORKER_BASE_URL: registry.url,
    TRACE_SHARE_WORKER_API_TOKEN: "never-sent-there",
    TRACE_SHARE_ALLOW_INSECURE_HTTP: "1",
  });
});
afterEach(async () => {
  await registry.close();
  person.remove();
});

const stored = () => join(person.stateHome, "registries.json");

describe("sources update", () => {
  it.each([
    ["this machine", "https://127.0.0.1/sources.toml"],
    ["the network inside, by name", "https://inside.example.org/sources.toml"],
    ["a cloud's metadata", "https://169.254.169.254/latest"],
  ])("asks no registry at %s while the platform is a public one", async (_name, url) => {
    person.lookup = async (name) => (name === "inside.example.org" ? ["10.0.0.7"] : ["93.184.215.14"]);
    delete person.env["TRACE_SHARE_ALLOW_INSECURE_HTTP"];
    person.env["TRACE_SHARE_WORKER_BASE_URL"] = "https://platform.example.org";
    person.env["TRACE_SHARE_REMOTE_REGISTRY_URL"] = url;
    const asked: string[] = [];
    person.fetch = async (input) => {
      asked.push(String(input));
      return new Response("");
    };
    const ran = await person.run("sources", "update");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("inside a network where it must not");
    expect(asked).toEqual([]);
  });

  it("shows what a registry says and what of it is followed, and keeps it once it is accepted", async () => {
    const ran = await person.runTyping("yes", "sources", "update");
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain(`Digest:     ${sha256Hex(FIRST)}`);
    expect(ran.stdout).toContain(publicOf(registry.key));
    expect(ran.stdout).toContain("+ march: codex_cli_v1 | ~/.codex/sessions/2026/03");
    expect(ran.stdout).not.toContain("+ codex_cli");
    expect(ran.stdout).toContain("1 entries name built-in sources");
    expect(ran.stdout).toContain("not followed: keys: its folder is one that is never read");
    expect(ran.stdout).toContain("adds on this machine: march");
    expect(statSync(stored()).mode & 0o777).toBe(0o600);
    expect(registry.tokens).toEqual([]);
    const list = await person.run("sources", "list");
    expect(list.stdout).toContain("march  march  (remote)");
    expect(list.stdout).not.toContain("keys");
  });

  it("changes nothing without a yes, and in scripts only by the digest that was read", async () => {
    expect((await person.runTyping("no", "sources", "update")).code).toBe(1);
    const asked = await person.run("sources", "update", "--json");
    expect(asked.code).toBe(1);
    const { digest, status, changes } = JSON.parse(asked.stdout);
    expect(status).toBe("not_accepted");
    expect(changes.added).toHaveLength(2);
    expect((await person.run("sources", "update", "--accept", "0".repeat(64))).code).toBe(1);
    expect((await person.run("sources", "list")).stderr).toContain("nothing of it was accepted yet");
    expect((await person.run("sources", "update", "--accept", digest)).code).toBe(0);
  });

  it("asks again only when it has changed, and shows the difference", async () => {
    await person.runTyping("yes", "sources", "update");
    const same = await person.run("sources", "update");
    expect(same).toMatchObject({ code: 0, stdout: "The registry is as you accepted it.\n" });
    expect(registry.asked.at(-1)).toBe("/registry/sources.toml 304");
    registry.text = `version = 1\n${entry("april", "~/.codex/sessions/2026/04")}`;
    const changed = await person.runTyping("no", "sources", "update");
    expect(changed.stdout).toContain("- march: ");
    expect(changed.stdout).toContain("+ april: ");
    expect((await person.run("sources", "list")).stdout).toContain("march");
  });

  it("is used offline, and says when it was last looked at", async () => {
    await person.consent();
    writeCodexSession(person.home);
    await person.runTyping("yes", "sources", "update");
    const count = registry.asked.length;
    const ran = await person.run("run", "--dry-run", "--source", "march");
    expect(ran.stdout).toContain("source=march docs=2");
    expect(registry.asked).toHaveLength(count);
    // the same sessions under both names are one
    expect((await person.run("run", "--dry-run")).stdout).toContain("produced_docs=2");
    writeFileSync(
      stored(),
      readFileSync(stored(), "utf8").replace(/"checked_at": "[^"]+"/, '"checked_at": "2026-01-02T00:00:00Z"'),
    );
    expect((await person.run("sources", "list")).stderr).toContain("looked at on 2026-01-02");
  });

  it("refuses a signature that does not hold, and a text that was changed under way", async () => {
    registry.key = newKey();
    const ran = await person.runTyping("yes", "sources", "update");
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("signature does not hold");
  });

  it("refuses another key than the first, in plain words", async () => {
    await person.runTyping("yes", "sources", "update");
    const first = publicOf(registry.key);
    registry.key = registry.named = newKey();
    registry.text = "version = 1\n";
    const ran = await person.runTyping("yes", "sources", "update");
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("signs with another key");
    expect(ran.stderr).toContain(first);
    expect((await person.run("sources", "list")).stdout).toContain("march");
  });

  it.each([
    ["no registry", () => void (registry.text = "<html>"), "wrong at"],
    ["one of a later form", () => void (registry.text = "version = 2\n"), "wrong at: version"],
    ["a redirect", () => void (registry.status = 302), "not followed"],
    ["an error", () => void (registry.status = 503), "answered 503"],
    ["too much", () => void (registry.text = "#".repeat(1024 * 1024 + 1)), "larger than 1 MiB"],
  ])("refuses %s", async (_what, change, words) => {
    change();
    const ran = await person.runTyping("yes", "sources", "update");
    expect(ran.code).toBeGreaterThan(0);
    expect(ran.stderr).toContain(words);
  });

  it("is off unless it is switched on, and asks nobody then", async () => {
    delete person.env["TRACE_SHARE_REMOTE_REGISTRY_ENABLED"];
    const ran = await person.run("sources", "update");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("TRACE_SHARE_REMOTE_REGISTRY_ENABLED=1");
    expect(registry.asked).toEqual([]);
  });
});
