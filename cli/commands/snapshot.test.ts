import { copyFileSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildRows } from "#lib/domain/snapshot/build-rows.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import { Manifest } from "#lib/domain/snapshot/manifest.ts";
import { readRecordLine } from "#lib/domain/snapshot/read-record.ts";
import { storeUpload } from "#cli/io/ledger.ts";
import { openState } from "#cli/io/state.ts";
import { sampleRecord } from "#lib/services/testing/records.ts";
import { PLANTED } from "#cli/testing/sessions.ts";
import { type Platform, problem, startPlatform, TOKEN } from "#cli/testing/platform.ts";
import { type Contributor, contributor } from "#cli/testing/terminal.ts";

let person: Contributor;
let folder: string;
beforeEach(() => {
  person = contributor();
  folder = dirname(person.home);
});
afterEach(() => person.remove());

const RECORDS = Array.from({ length: 9 }, (_, n) =>
  sampleRecord({
    session: `session-${n % 4}`,
    ordinal: n + 1,
    prompt: `Fix the test of parser ${n}`,
    disclosure: n % 3 === 0 ? "summary" : "raw",
  }),
);

function put(name: string, records: readonly unknown[]): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  return path;
}

/** Runs `snapshot build` of version 1.0.0 into `out`. */
function buildFrom(input: string, ...more: string[]) {
  return person.run("snapshot", "build", "--version", "1.0.0", "--in", input, "--out", "out", ...more);
}

async function build(version = "1.0.0", ...more: string[]): Promise<string> {
  put("records.jsonl", RECORDS);
  const ran = await person.run(
    "snapshot",
    "build",
    "--version",
    version,
    "--in",
    "records.jsonl",
    "--out",
    "out",
    ...more,
  );
  expect(ran.code, ran.stderr).toBe(0);
  return join(folder, "out", `dataset-${version}`);
}

function manifestOf(built: string): Manifest {
  return Manifest.parse(JSON.parse(readFileSync(join(built, "manifest.json"), "utf8")));
}

describe("snapshot build", () => {
  it("writes the seven files with the content that the platform's own builder gives, and they verify", async () => {
    const built = await build();
    expect(readdirSync(built).toSorted()).toEqual(
      [
        "CHECKSUMS.txt",
        "DATA_CARD.md",
        "manifest.json",
        ...["sft", "tooltrace", "train", "val"].map((name) => `${name}.jsonl.zst`),
      ].toSorted(),
    );
    const read = RECORDS.map((record) => readRecordLine(Buffer.from(JSON.stringify(record)), new Set()));
    const sources = read.flatMap((line, order) =>
      line.ok
        ? [{ ...line, account: "local", groupRoot: line.record.session.key, attributed: true, order }]
        : [],
    );
    const own = buildRows(sources, {
      split: { rule: "session-group-v2", seed: "trace-share-split-v2" },
      known: { consentVersions: [], rulesVersions: [] },
    });
    const manifest = manifestOf(built);
    expect(Object.fromEntries(manifest.files.map((file) => [file.name, file.content_sha256]))).toEqual(
      own.contentSha256,
    );
    expect(manifest).toMatchObject({ members: 9, candidates: 9, members_digest: own.membersDigest });
    const ran = await person.run("snapshot", "verify", built);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain("verified: 1.0.0, 9 members");
  });

  it("gives the same content whatever the order and the files that the records come in, packed ones too", async () => {
    const first = manifestOf(await build());
    put("many/a.jsonl", RECORDS.slice(5));
    put("many/deep/b.ndjson", RECORDS.slice(0, 2).toReversed());
    const rest = RECORDS.slice(2, 5).map((record) => `${JSON.stringify(record)}\n`);
    writeFileSync(join(folder, "many/c.jsonl.zst"), zstdCompressSync(rest.join("")));
    const ran = await person.run(
      "snapshot",
      "build",
      "--version",
      "1.0.1",
      "--in",
      "many",
      "--out",
      "out",
      "--json",
    );
    expect(JSON.parse(ran.stdout).manifest.files).toEqual(first.files);
  });

  it("uses the older rule and a seed when they are named", async () => {
    const manifest = manifestOf(await build("1.0.0", "--split-rule", "episode-hash-v1", "--split-seed", "s"));
    expect(manifest.split).toMatchObject({ rule: "episode-hash-v1", seed: "s" });
  });

  it("leaves out, and counts, what was withdrawn, doubled, or is not clean", async () => {
    const [first, second] = RECORDS;
    await person.run("revoke", "add", "--episode-id", first?.id ?? "");
    const dirty = sampleRecord({ ordinal: 77, prompt: `My key is ${PLANTED.token}` });
    put("records.jsonl", [...RECORDS, second, dirty]);
    const ran = await buildFrom("records.jsonl", "--json");
    expect(JSON.parse(ran.stdout).manifest).toMatchObject({
      candidates: 11,
      members: 8,
      excluded: { unavailable: 1, scan: 1, duplicate_content_hash: 1 },
    });
  });

  it("leaves out every telling of a withdrawn window, and what the platform said is withdrawn", async () => {
    const [first, second] = RECORDS;
    const state = openState(person.stateHome);
    for (const [record, answer] of [
      [first, "stored"],
      [second, "withdrawn"],
    ] as const) {
      storeUpload(state, {
        platform: "https://traces.example",
        told: "t",
        contentHash: record?.content_hash ?? "",
        episodeId: record?.id ?? "",
        publicId: undefined,
        slot: record?.private?.slot ?? "",
        source: "codex_cli",
        answer,
        at: "2026-11-22T12:00:00.000Z",
      });
    }
    state.close();
    await person.run("revoke", "add", "--episode-id", first?.id ?? "");
    const again = [first, second].map((record, n) => ({
      ...sampleRecord({ ordinal: 80 + n, prompt: `The same window under other rules ${n}` }),
      private: record?.private,
    }));
    put("records.jsonl", [...RECORDS, ...again]);
    const ran = await buildFrom("records.jsonl", "--json");
    expect(JSON.parse(ran.stdout).manifest).toMatchObject({
      candidates: 11,
      members: 7,
      excluded: { unavailable: 4 },
    });
  });

  it("writes nothing when a line is no record, and names file, line and code, never the text", async () => {
    const changed = { ...RECORDS[1], content_hash: "0".repeat(64) };
    put("records.jsonl", [RECORDS[0], { words: "of a session" }, changed]);
    const ran = await buildFrom("records.jsonl");
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("records.jsonl:2: ");
    expect(ran.stderr).toContain("records.jsonl:3: id_mismatch");
    expect(ran.stderr).not.toContain("of a session");
    expect(readdirSync(folder)).not.toContain("out");
  });

  it("never touches a version that is there, and leaves no half of one", async () => {
    const built = await build();
    const before = readFileSync(join(built, "manifest.json"), "utf8");
    const again = await buildFrom("records.jsonl");
    expect(again).toMatchObject({ code: 2 });
    expect(readFileSync(join(built, "manifest.json"), "utf8")).toBe(before);
    expect(readdirSync(join(folder, "out"))).toEqual(["dataset-1.0.0"]);
  });

  it.each([
    [["--version", "1.0", "--in", "records.jsonl", "--out", "out"]],
    [["--version", "1.0.0", "--in", "nowhere", "--out", "out"]],
    [["--version", "1.0.0", "--in", "records.jsonl", "--out", "out", "--split-rule", "other"]],
    [["--version", "1.0.0", "--in", "records.jsonl", "--out", "out", "--split-seed", ""]],
  ])("takes %j for a usage error", async (argv) => {
    put("records.jsonl", RECORDS);
    expect((await person.run("snapshot", "build", ...argv)).code).toBe(2);
  });
});

describe("snapshot verify", () => {
  async function faults(
    change: (built: string) => void,
  ): Promise<{ file: string; code: string; line?: number }[]> {
    const built = await build();
    change(built);
    const ran = await person.run("snapshot", "verify", built, "--json");
    expect(ran.code).toBe(1);
    expect(ran.stdout).not.toContain("Fix the test");
    return JSON.parse(ran.stdout).faults;
  }

  function rewrite(path: string, change: (lines: string[]) => string[]): void {
    const lines = zstdDecompressSync(readFileSync(path)).toString("utf8").split("\n").slice(0, -1);
    writeFileSync(
      path,
      zstdCompressSync(
        change(lines)
          .map((line) => `${line}\n`)
          .join(""),
      ),
    );
  }

  it("names the line of a row that holds a secret", async () => {
    const found = await faults((built) =>
      rewrite(join(built, "train.jsonl.zst"), (lines) =>
        lines.map((line, index) => (index === 1 ? line.replace("Fix the test", PLANTED.token) : line)),
      ),
    );
    expect(found).toContainEqual(
      expect.objectContaining({ file: "train.jsonl.zst", line: 2, code: "sanitizer_finding" }),
    );
    expect(found).toContainEqual({ file: "train.jsonl.zst", code: "checksum_differs" });
    expect(found).toContainEqual({ file: "train.jsonl.zst", code: "content_digest" });
    expect(person.printed()).not.toContain(PLANTED.token);
  });

  it("finds a wrong count, even where the checksums were made to fit", async () => {
    const found = await faults((built) => {
      const path = join(built, "manifest.json");
      const manifest = { ...manifestOf(built), license_counts: { "CC0-1.0": 8, "CC-BY-4.0": 1 } };
      const text = JSON.stringify(manifest);
      const checksums = join(built, "CHECKSUMS.txt");
      writeFileSync(
        checksums,
        readFileSync(checksums, "utf8").replace(sha256Hex(readFileSync(path)), sha256Hex(text)),
      );
      writeFileSync(path, text);
    });
    expect(found).toEqual([{ file: "manifest.json", code: "counts" }]);
  });

  it("counts a file that belongs to no snapshot, without a fault", async () => {
    const built = await build();
    writeFileSync(join(built, "x"), "");
    const ran = await person.run("snapshot", "verify", built, "--json");
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout).other_files).toBe(1);
  });

  it("finds damaged and missing files", async () => {
    const found = await faults((built) => {
      writeFileSync(
        join(built, "train.jsonl.zst"),
        readFileSync(join(built, "train.jsonl.zst")).subarray(0, 90),
      );
      writeFileSync(join(built, "sft.jsonl.zst"), "no zstd");
      copyFileSync(join(built, "manifest.json"), join(built, "DATA_CARD.md"));
      writeFileSync(join(built, "manifest.json"), "{");
    });
    const codes = found.map(({ file, code }) => `${file} ${code}`);
    expect(codes).toContain("train.jsonl.zst zstd_damaged");
    expect(codes).toContain("sft.jsonl.zst zstd_damaged");
    expect(codes).toContain("manifest.json manifest_schema");
    expect(codes).toContain("DATA_CARD.md checksum_differs");
    expect((await person.run("snapshot", "verify", "nowhere", "--json")).stdout).toContain("folder_missing");
  });
});

describe("snapshot publish", () => {
  let platform: Platform;
  beforeEach(async () => {
    platform = await startPlatform();
    person.env["TRACE_SHARE_WORKER_BASE_URL"] = platform.url;
    person.env["TRACE_SHARE_WORKER_API_TOKEN"] = TOKEN;
    person.env["TRACE_SHARE_ALLOW_INSECURE_HTTP"] = "1";
  });
  afterEach(() => platform.close());

  it("looks first, sends nothing in a dry run, and then registers what was verified", async () => {
    const built = await build();
    const flags = ["snapshot", "publish", "--version", "1.0.0", "--from", built];
    expect((await person.run(...flags)).code).toBe(2);
    expect((await person.run(...flags, "--yes", "--dry-run")).code).toBe(2);
    expect((await person.run(...flags, "--dry-run")).stdout).toContain(
      `would be registered at ${platform.url}`,
    );
    expect(platform.received).toEqual([]);
    platform.script.push({
      status: 201,
      body: { version: "1.0.0", object_prefix: "external/a/b", public_url: null },
    });
    const ran = await person.run(...flags, "--yes");
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain("registered as external/a/b");
    const sent = JSON.parse(platform.received[0]?.body ?? "");
    expect(sent).toMatchObject({ version: "1.0.0", manifest: { members: 9 } });
    for (const { name, bytes, sha256 } of sent.files) {
      expect(bytes).toBe(statSync(join(built, name)).size);
      expect(sha256).toBe(sha256Hex(readFileSync(join(built, name))));
    }
    expect(sent.files).toHaveLength(7);
  });

  it("sends nothing of a snapshot that does not verify or is another version", async () => {
    const built = await build();
    const flags = ["--from", built, "--yes"];
    expect((await person.run("snapshot", "publish", "--version", "2.0.0", ...flags)).code).toBe(2);
    writeFileSync(join(built, "DATA_CARD.md"), "other");
    const ran = await person.run("snapshot", "publish", "--version", "1.0.0", ...flags);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("DATA_CARD.md: checksum_differs");
    expect(platform.received).toEqual([]);
  });

  it("tells what the platform refused", async () => {
    const built = await build();
    platform.script.push(problem(409, "already_exists", { detail: "Registered before." }));
    const ran = await person.run("snapshot", "publish", "--version", "1.0.0", "--from", built, "--yes");
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("409 already_exists");
  });
});
