import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Io } from "#cli/io/terminal.ts";
import type { ScannerFinding } from "./run-scanner.ts";
import { hitsOf, linesOf } from "./scan-lines.ts";
import { type ScannerMode, secondOpinion } from "./second-opinion.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trace-share-fake-scanner-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const VALUE = ["abc", "DEF", "123", "ghi", "JKL"].join("-");

/** A scanner of a few lines of shell. Its last argument but one is `--gitleaks-ignore-path`, its last the private folder. */
function install(scan: string, version = "8.26.0", tool = "gitleaks"): void {
  const script =
    `#!/bin/sh\nif [ "$1" = version ]; then echo "${version}"; exit 0; fi\n` +
    `for last; do :; done\nenv > "${folder}/env"; echo "$@" > "${folder}/argv"; ls -ld "$last" > "${folder}/mode"\n` +
    `cp "$last/texts/0.txt" "$last/config.toml" "${folder}/"\n${scan}\n`;
  writeFileSync(join(folder, tool), script);
  chmodSync(join(folder, tool), 0o755);
}

function opinion(mode: ScannerMode = "auto", timeLimitMs = 20_000) {
  const env = { PATH: `${folder}:/usr/bin:/bin`, GITLEAKS_CONFIG: "/etc/passwd", SOME_TOKEN: VALUE };
  // looking for a scanner asks for the environment and the platform alone
  return secondOpinion({ env, platform: "linux" } as unknown as Io, mode, { timeLimitMs });
}

const report = (findings: object[]) =>
  `printf '%s' '${JSON.stringify(findings)}' > "$last/report.json"; exit`;
const privateFolder = (argv: string) => argv.trim().split(" ").at(-1) ?? "/";
const finding = (fields: object) => ({
  File: "texts/0.txt",
  RuleID: "some-rule",
  StartLine: 1,
  EndLine: 1,
  StartColumn: 1,
  EndColumn: 5,
  Match: VALUE,
  Secret: VALUE,
  ...fields,
});

describe("the second opinion", () => {
  it("does without a scanner in auto, refuses in required, and never looks when off", async () => {
    mkdirSync(join(folder, "gitleaks"));
    const env = { PATH: folder };
    const io = { env, platform: "linux" } as unknown as Io;
    expect(secondOpinion(io, "auto").status()).toMatchObject({ status: "absent", tool: null });
    expect(() => secondOpinion(io, "required")).toThrow("installed");
    rmSync(join(folder, "gitleaks"), { recursive: true });
    install(`${report([])} 0`, "1.0.0");
    expect(opinion("off").status()).toMatchObject({ status: "off" });
  });

  it("counts what it found, and not twice what is read again", async () => {
    install(`${report([finding({ EndColumn: 5 + VALUE.length })])} 73`);
    const eyes = opinion();
    const look = () => eyes.look([{ text: VALUE }]);
    const found = (await look()).length;
    expect(found).toBeGreaterThan(0);
    const back = eyes.mark();
    await look();
    expect(eyes.status().findings).toBe(2 * found);
    back();
    expect(eyes.status().findings).toBe(found);
  });

  it("runs in a private folder that is gone afterwards, without the user's settings", async () => {
    install(`${report([])} 0`);
    const eyes = opinion();
    expect(await eyes.look([{ text: "hello\nworld" }])).toEqual([]);
    expect(eyes.status()).toMatchObject({ status: "used", tool: "gitleaks", version: "8.26.0", findings: 0 });
    const environment = readFileSync(join(folder, "env"), "utf8");
    expect([environment.includes("GITLEAKS"), environment.includes(VALUE)]).toEqual([false, false]);
    expect(readFileSync(join(folder, "mode"), "utf8")).toMatch(/^drwx------/);
    const argv = readFileSync(join(folder, "argv"), "utf8");
    expect(argv).toContain("--ignore-gitleaks-allow");
    expect(argv).toContain("--max-decode-depth 5");
    expect(readFileSync(join(folder, "config.toml"), "utf8")).not.toContain("allowlist");
    expect(existsSync(privateFolder(argv))).toBe(false);
  });

  it("prefers betterleaks", () => {
    install(`${report([])} 0`);
    install(`${report([])} 0`, "1.4.1", "betterleaks");
    expect(opinion().status().tool).toBe("betterleaks");
  });

  it("maps findings back to the record and its path", async () => {
    install(`${report([finding({ File: "texts/1.txt", StartLine: 4, EndLine: 4 })])} 73`);
    const hits = await opinion().look([{ text: "first" }, { text: `three\nlines\nwith ${VALUE}` }]);
    expect(hits).toEqual([{ record: 1, path: "text", rule: "scanner-some-rule", values: [VALUE] }]);
  });

  it.each([
    ["a crash", "exit 2", "exit"],
    ["findings without the exit code", `${report([finding({})])} 0`, "report_unreadable"],
    ["the exit code without findings", `${report([])} 73`, "report_unreadable"],
    ["no report", "exit 0", "no_report"],
    ["nothing in place of findings", `echo null > "$last/report.json"; exit 73`, "report_unreadable"],
    ["a finding in another file", `${report([finding({ File: "/etc/hosts" })])} 73`, "report_unreadable"],
    ["garbage", `echo '<html>' > "$last/report.json"; exit 0`, "report_unreadable"],
    ["a report of something else", `echo '[{"a":1}]' > "$last/report.json"; exit 73`, "report_unreadable"],
    [
      "a finding beyond the text",
      `${report([finding({ StartLine: 99, EndLine: 99 })])} 73`,
      "report_unreadable",
    ],
  ])("refuses after %s", async (_name, scan, why) => {
    install(scan);
    await expect(opinion().look([{ text: "x" }])).rejects.toMatchObject({
      code: "scanner_failed",
      message: expect.stringContaining(why),
    });
    const argv = readFileSync(join(folder, "argv"), "utf8");
    expect(existsSync(privateFolder(argv))).toBe(false);
  });

  it("ends a scanner that hangs, and refuses", async () => {
    install("exec sleep 30");
    await expect(opinion("auto", 300).look([{ text: "x" }])).rejects.toMatchObject({
      code: "scanner_failed",
    });
  });

  it.each(["8.18.4", "7.6.1", "nonsense", ""])("refuses the version %j", (version) => {
    install(`${report([])} 0`, version);
    expect(() => opinion()).toThrow("version");
  });

  it.each(["v8.21.2", "9.0.0", "8.26.0-1+b2", "version is set by build process", "dev"])(
    "takes the version %j",
    (version) => {
      install(`${report([])} 0`, version);
      expect(opinion().active).toBe(true);
    },
  );
});

describe("records as lines", () => {
  it("undo escapes, name short values and cut long lines so that no token is lost", () => {
    const long = `${"a".repeat(8_180)}${VALUE}${"b".repeat(9_000)}`;
    const written = linesOf({ api_key: "v", text: `{"x":"line\\nnext"}`, long });
    expect(written.lines).toContain('api_key = "v"');
    expect(written.lines).toContain('next"}');
    expect(written.lines.every((line) => line.length <= 8_192)).toBe(true);
    expect(written.lines.some((line) => line.includes(VALUE))).toBe(true);
    expect(written.paths.length).toBe(written.lines.length);
  });

  it("begin as no PDF and no archive does, and have an empty line within every 25 kB", () => {
    expect(linesOf("%PDF-1.7").lines[0]).toMatch(/^[a-z ]+$/);
    const text = linesOf("some words\n".repeat(30_000)).lines.join("\n");
    expect(text.split("\n\n").every((piece) => piece.length < 25_000)).toBe(true);
  });

  it("find the code of a decoded value by its columns, and ignore our placeholders", () => {
    const code = btoa(`token = ${VALUE}`);
    const written = ["x", `é echo ${code} | sh`, "password = [SECRET:named-password#1]"].map(linesOf);
    const at = { text: 1, StartLine: 2, EndLine: 2, StartColumn: 10, EndColumn: 9 + code.length };
    const hits = hitsOf(
      [found(at), found({ text: 2, StartLine: 2, EndLine: 2, Secret: "[SECRET:named-password#1]" })],
      written,
    );
    expect(hits?.map(({ record, values }) => ({ record, values }))).toEqual([{ record: 1, values: [code] }]);
  });

  it("leave templates and bare digests alone, and digests behind a name not", () => {
    const digest = "0123456789abcdef".repeat(3).slice(0, 40);
    const template = "${USER}:${KEY}";
    const written = [`commit ${digest}`, `curl -u "${template}"`, `vendor_key = ${digest}`].map(linesOf);
    const line = { StartLine: 2, EndLine: 2 };
    const hits = hitsOf(
      [
        found({ ...line, text: 0, Secret: digest, Match: `${digest} ` }),
        found({ ...line, text: 1, Secret: `"${template}"`, Match: `curl -u "${template}"` }),
        found({ ...line, text: 2, Secret: digest, Match: `vendor_key = ${digest}` }),
      ],
      written,
    );
    expect(hits?.map(({ record }) => record)).toEqual([2]);
  });
});

function found(fields: object): ScannerFinding {
  const { File: _file, ...rest } = finding(fields);
  return { text: 0, ...rest };
}
