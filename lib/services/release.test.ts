import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { canonicalJson, type JsonValue } from "#lib/domain/canonical-json.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import { parseChecksums } from "#lib/domain/snapshot/checksums.ts";
import { DATA_FILES } from "#lib/domain/snapshot/files.ts";
import { Manifest, manifestContentDigest } from "#lib/domain/snapshot/manifest.ts";
import { rowId } from "#lib/domain/snapshot/scrub.ts";
import type { SnapshotFileName } from "#lib/ports/store.ts";
import { buildSnapshot } from "./build-snapshot.ts";
import { ingest } from "./ingest.ts";
import { hideEpisode } from "./moderate.ts";
import { setPaused } from "./pause.ts";
import { purgeEpisode } from "./purge.ts";
import { latestRelease, listReleases, openReleaseFile, readRelease } from "./read-release.ts";
import {
  approveSnapshot,
  patchSnapshot,
  publishSnapshot,
  rebuildSnapshot,
  requestSnapshot,
} from "./release.ts";
import { revokeEpisode } from "./revoke.ts";
import { screenEpisode } from "./screen.ts";
import { storeBody } from "./store-body.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { bytesOf, sampleRecord } from "./testing/records.ts";
import { releaseWithheld, withholdSnapshot, yankSnapshot } from "./withhold-release.ts";

let platform: TestPlatform;
beforeEach(async () => {
  platform = await testPlatform({ working: false });
});
afterEach(() => platform.close());

type Upload = { n: number; who?: string; disclosure?: "raw" | "summary"; session?: string; shared?: boolean };

async function contribute(uploads: readonly Upload[]): Promise<string[]> {
  const ids: string[] = [];
  for (const { n, who = "ada", shared = false, ...rest } of uploads) {
    const actor = await platform.uploader(`${who}@example.org`, { shared });
    const session = rest.session ?? `session-${n}`;
    const record = sampleRecord({
      ...rest,
      contributor: who,
      session,
      ordinal: n,
      prompt: `Fix test number ${n}`,
    });
    await ingest(platform.deps, actor, { bytes: bytesOf(record) });
    await storeBody(platform.deps, { episodeId: record.id });
    await screenEpisode(platform.deps, { episodeId: record.id });
    ids.push(record.id);
  }
  return ids;
}

async function build(version: string): Promise<void> {
  const snapshot = await platform.deps.store.snapshots.byVersion(version);
  await buildSnapshot(platform.deps, { snapshotId: snapshot?.id ?? "" });
}

async function publish(version: string): Promise<void> {
  const { deps } = platform;
  await requestSnapshot(deps, OPERATOR, { version });
  await build(version);
  await approveSnapshot(deps, OPERATOR, { version });
  await publishSnapshot(deps, OPERATOR, { version });
}

async function bytesOfFile(version: string, name: string): Promise<Uint8Array> {
  const { stream } = await openReleaseFile(platform.deps, { version, name });
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function textOf(version: string, name: SnapshotFileName): Promise<string> {
  const bytes = await bytesOfFile(version, name);
  const plain = name.endsWith(".zst") ? await platform.deps.codec.decompress(bytes, 10_000_000) : bytes;
  return new TextDecoder().decode(plain);
}

const idsIn = (text: string) => text.split("\n").filter(Boolean).map(rowId);
const stateOf = async (version: string) => (await platform.deps.store.snapshots.byVersion(version))?.state;

async function revoke(id: string, who = "ada"): Promise<void> {
  await revokeEpisode(platform.deps, await platform.uploader(`${who}@example.org`), { episodeId: id });
  await purgeEpisode(platform.deps, { episodeId: id });
}

describe("a published snapshot", () => {
  it("has files that prove each other, and rows that name nobody", async () => {
    const ids = await contribute([
      { n: 1 },
      { n: 2, disclosure: "summary" },
      { n: 3, session: "session-1" },
      { n: 4, who: "bob" },
      { n: 1, session: "session-9" },
    ]);
    await publish("1.0.0");
    const release = await readRelease(platform.deps, "1.0.0");
    expect(release).toMatchObject({ state: "published", latest: true, members: 4, withdrawnSince: 0 });
    expect(release.manifest.excluded).toEqual({ duplicate_record: 1 });
    expect(release.manifest.candidates).toBe(5);

    const checksums = parseChecksums(await textOf("1.0.0", "CHECKSUMS.txt")) ?? [];
    expect(checksums.map(({ name }) => name)).toEqual([
      "DATA_CARD.md",
      "manifest.json",
      "sft.jsonl.zst",
      "tooltrace.jsonl.zst",
      "train.jsonl.zst",
      "val.jsonl.zst",
    ]);
    for (const { name, sha256 } of checksums)
      expect(sha256Hex(await bytesOfFile("1.0.0", name))).toBe(sha256);
    expect(Manifest.parse(JSON.parse(await textOf("1.0.0", "manifest.json")))).toEqual(release.manifest);
    expect(await textOf("1.0.0", "DATA_CARD.md")).toBe(release.dataCard);

    let all = "";
    for (const name of DATA_FILES) {
      const text = await textOf("1.0.0", name);
      const stated = release.manifest.files.find((file) => file.name === name);
      expect(sha256Hex(text)).toBe(stated?.content_sha256);
      expect(idsIn(text)).toHaveLength(stated?.rows ?? -1);
      for (const line of text.split("\n").filter(Boolean)) {
        expect(canonicalJson(JSON.parse(line) as JsonValue)).toBe(line);
      }
      all += text;
    }
    expect(new Set(idsIn(all))).toEqual(new Set(ids.slice(0, 4)));
    for (const id of ids) {
      const row = await platform.deps.store.episodes.byId(id);
      expect(all).not.toContain(row?.sessionKey);
      expect(all).not.toContain(row?.account);
    }
    expect(all).not.toMatch(/T09:5|accepted_at/);
  });

  it("holds nothing of a shared token", async () => {
    await contribute([{ n: 1 }]);
    const [shared] = await contribute([{ n: 2, shared: true }]);
    const row = await platform.deps.store.episodes.byId(shared ?? "");
    expect(row?.lifecycle.state).not.toBe("published");
    await publish("1.0.0");
    expect((await readRelease(platform.deps, "1.0.0")).members).toBe(1);
  });

  it("is built again with equal content from the same list", async () => {
    await contribute([{ n: 1 }, { n: 2 }, { n: 3 }]);
    const { deps } = platform;
    await requestSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await build("1.0.0");
    const first = await deps.store.snapshots.byVersion("1.0.0");
    await rebuildSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await build("1.0.0");
    const second = await deps.store.snapshots.byVersion("1.0.0");
    expect(second?.state).toBe("verified");
    expect(manifestContentDigest(Manifest.parse(second?.manifest))).toBe(
      manifestContentDigest(Manifest.parse(first?.manifest)),
    );
    const kept = await Array.fromAsync(deps.objects.list("snapshots/1.0.0/"));
    const files = await deps.store.snapshots.files(second?.id ?? "");
    expect(kept.sort()).toEqual(files.map(({ objectKey }) => objectKey).sort());
  });
});

describe("withdrawals", () => {
  it("after the build stop the release, and a new build leaves them out", async () => {
    const [first = ""] = await contribute([{ n: 1 }, { n: 2 }]);
    const { deps } = platform;
    await requestSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await build("1.0.0");
    await approveSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await revoke(first);
    await expect(publishSnapshot(deps, OPERATOR, { version: "1.0.0" })).rejects.toMatchObject({
      code: "snapshot_guard",
    });
    expect(await stateOf("1.0.0")).toBe("approved");
    await expect(readRelease(deps, "1.0.0")).rejects.toMatchObject({ code: "not_found" });
    await expect(openReleaseFile(deps, { version: "1.0.0", name: "manifest.json" })).rejects.toMatchObject({
      code: "not_found",
    });

    await rebuildSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await build("1.0.0");
    await approveSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await publishSnapshot(deps, OPERATOR, { version: "1.0.0" });
    const release = await readRelease(deps, "1.0.0");
    expect(release.members).toBe(1);
    expect(release.manifest.excluded).toEqual({ unavailable: 1 });
  });

  it("after the release lead to a removal-only patch that equals the scrubbed base", async () => {
    const ids = await contribute([{ n: 1 }, { n: 2 }, { n: 3, who: "bob" }, { n: 2, session: "session-9" }]);
    await publish("1.0.0");
    const before = await textOf("1.0.0", "train.jsonl.zst");
    const { deps } = platform;
    await expect(patchSnapshot(deps, OPERATOR, { version: "1.0.0" })).rejects.toMatchObject({
      code: "input_invalid",
    });
    const [gone = ""] = ids;
    await revoke(gone);
    expect(await readRelease(deps, "1.0.0")).toMatchObject({ latest: true, withdrawnSince: 1 });

    const patch = await patchSnapshot(deps, OPERATOR, { version: "1.0.0" });
    expect(patch).toMatchObject({ version: "2.0.0", removalOnly: true, baseVersion: "1.0.0" });
    await build(patch.version);
    await approveSnapshot(deps, OPERATOR, { version: "2.0.0" });
    await publishSnapshot(deps, OPERATOR, { version: "2.0.0" });

    const release = await readRelease(deps, "2.0.0");
    expect(release.manifest).toMatchObject({ base_version: "1.0.0", removal_only: true, removed_count: 1 });
    expect(release.manifest.deny_list_seq).toBe(await deps.store.denyList.head());
    expect(release.manifest.deny_list_seq).toBeGreaterThan(0);
    const after = await textOf("2.0.0", "train.jsonl.zst");
    const scrubbed = before.split("\n").filter((line) => line !== "" && rowId(line) !== gone);
    expect(after).toBe(scrubbed.map((line) => `${line}\n`).join(""));

    const old = await readRelease(deps, "1.0.0");
    expect(old).toMatchObject({ state: "superseded", latest: false, replacement: "2.0.0" });
    await expect(openReleaseFile(deps, { version: "1.0.0", name: "train.jsonl.zst" })).rejects.toMatchObject({
      code: "gone",
    });
    expect(await textOf("1.0.0", "manifest.json")).toContain('"version": "1.0.0"');
    expect((await latestRelease(deps))?.version).toBe("2.0.0");
    expect((await listReleases(deps)).map(({ version }) => version)).toEqual(["2.0.0", "1.0.0"]);
  });

  it("close the file a day later, patch or no patch, and then no release is the latest", async () => {
    const [first = ""] = await contribute([{ n: 1 }, { n: 2 }]);
    await publish("1.0.0");
    await revoke(first);
    const { deps } = platform;
    expect((await latestRelease(deps))?.version).toBe("1.0.0");
    const tomorrow = new Date(Date.now() + 25 * 60 * 60 * 1000);
    const later = { ...deps, clock: { now: () => tomorrow } };
    await expect(openReleaseFile(later, { version: "1.0.0", name: "sft.jsonl.zst" })).rejects.toMatchObject({
      code: "gone",
    });
    const release = await readRelease(later, "1.0.0");
    expect(release.files.filter(({ standing }) => standing === "gone").map(({ name }) => name)).toEqual(
      expect.arrayContaining(["train.jsonl.zst", "sft.jsonl.zst", "tooltrace.jsonl.zst"]),
    );
    expect(release.files.find(({ name }) => name === "val.jsonl.zst")?.standing).toBe("served");
    expect(await latestRelease(later)).toBeNull();
  });

  it("that may be a credential close the file at once, and clearing the hide opens it again", async () => {
    const [first = "", second = ""] = await contribute([{ n: 1 }, { n: 2 }]);
    await publish("1.0.0");
    const { deps } = platform;
    const moderator = await platform.person("mod@example.org", "moderator");
    await hideEpisode(deps, moderator, { episodeId: first, reason: "precaution" });
    expect(
      (await openReleaseFile(deps, { version: "1.0.0", name: "train.jsonl.zst" })).bytes,
    ).toBeGreaterThan(0);
    await hideEpisode(deps, moderator, { episodeId: second, reason: "rescan_hit" });
    await expect(openReleaseFile(deps, { version: "1.0.0", name: "train.jsonl.zst" })).rejects.toMatchObject({
      code: "gone",
    });
  });
});

describe("the road to a release", () => {
  it("refuses a version that is none, known or not newer, and an empty list", async () => {
    const { deps } = platform;
    const request = (version: string) => requestSnapshot(deps, OPERATOR, { version });
    await expect(request("1.0.0")).rejects.toMatchObject({ code: "snapshot_guard" });
    await contribute([{ n: 1 }]);
    await expect(request("v1")).rejects.toMatchObject({ code: "input_invalid" });
    await publish("1.1.0");
    await expect(request("1.1.0")).rejects.toMatchObject({ code: "already_exists" });
    await expect(request("1.0.0")).rejects.toMatchObject({ code: "input_invalid" });
  });

  it("is closed to those without the role, and while the instance is paused", async () => {
    await contribute([{ n: 1 }]);
    const { deps } = platform;
    const curator = await platform.person("cu@example.org", "curator");
    await expect(requestSnapshot(deps, curator, { version: "1.0.0" })).rejects.toMatchObject({
      code: "forbidden",
    });
    await requestSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await build("1.0.0");
    await expect(publishSnapshot(deps, OPERATOR, { version: "1.0.0" })).rejects.toMatchObject({
      code: "illegal_transition",
    });
    await approveSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await setPaused(deps, OPERATOR, { paused: true });
    await expect(publishSnapshot(deps, OPERATOR, { version: "1.0.0" })).rejects.toMatchObject({
      code: "paused",
    });
    await expect(publishSnapshot(deps, curator, { version: "1.0.0" })).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  it("needs two people as soon as there are two", async () => {
    await contribute([{ n: 1 }]);
    const { deps } = platform;
    const one = await platform.person("one@example.org", "release_manager");
    const two = await platform.person("two@example.org", "admin");
    await requestSnapshot(deps, one, { version: "1.0.0" });
    await build("1.0.0");
    await approveSnapshot(deps, one, { version: "1.0.0" });
    await expect(publishSnapshot(deps, one, { version: "1.0.0" })).rejects.toMatchObject({
      code: "forbidden",
    });
    await publishSnapshot(deps, two, { version: "1.0.0" });
    expect(await stateOf("1.0.0")).toBe("published");
    await expect(yankSnapshot(deps, two, { version: "1.0.0", reason: "broken_build" })).rejects.toMatchObject(
      {
        code: "forbidden",
      },
    );
    await withholdSnapshot(deps, one, { version: "1.0.0" });
    await yankSnapshot(deps, two, { version: "1.0.0", reason: "broken_build" });
    expect(await stateOf("1.0.0")).toBe("yanked");
  });

  it("can be stopped in an emergency and opened again, and a yank is for ever", async () => {
    await contribute([{ n: 1 }]);
    await publish("1.0.0");
    const { deps } = platform;
    const moderator = await platform.person("mod@example.org", "moderator");
    await withholdSnapshot(deps, moderator, { version: "1.0.0" });
    await expect(openReleaseFile(deps, { version: "1.0.0", name: "val.jsonl.zst" })).rejects.toMatchObject({
      code: "gone",
    });
    expect(await latestRelease(deps)).toBeNull();
    await releaseWithheld(deps, OPERATOR, { version: "1.0.0" });
    expect((await latestRelease(deps))?.version).toBe("1.0.0");

    await expect(yankSnapshot(deps, OPERATOR, { version: "1.0.0", reason: "because" })).rejects.toMatchObject(
      {
        code: "input_invalid",
      },
    );
    await yankSnapshot(deps, OPERATOR, { version: "1.0.0", reason: "legal_order" });
    const release = await readRelease(deps, "1.0.0");
    expect(release).toMatchObject({ state: "yanked", latest: false, reasonCode: "legal_order" });
    await expect(openReleaseFile(deps, { version: "1.0.0", name: "train.jsonl.zst" })).rejects.toMatchObject({
      code: "legally_withheld",
    });
    expect(await textOf("1.0.0", "DATA_CARD.md")).toContain("# trace-share 1.0.0");
    const facts = (await Array.fromAsync(deps.permanence.entries())).map(({ fact }) => fact.type);
    expect(facts.slice(-3)).toEqual(["snapshot.withheld", "snapshot.released", "snapshot.yanked"]);
  });
});
