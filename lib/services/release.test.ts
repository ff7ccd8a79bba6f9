import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { canonicalJson, type JsonValue } from "#lib/domain/canonical-json.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import { parseChecksums } from "#lib/domain/snapshot/checksums.ts";
import { DATA_FILES } from "#lib/domain/snapshot/files.ts";
import { Manifest, manifestContentDigest } from "#lib/domain/snapshot/manifest.ts";
import { setPaused } from "./pause.ts";
import { latestRelease, openReleaseFile, readRelease } from "./read-release.ts";
import { approveSnapshot, publishSnapshot, rebuildSnapshot, requestSnapshot } from "./release.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { idsIn, type ReleaseTools, releaseTools } from "./testing/releases.ts";
import { releaseWithheld, withholdSnapshot, yankSnapshot } from "./withhold-release.ts";

let platform: TestPlatform;
let tools: ReleaseTools;
beforeEach(async () => {
  platform = await testPlatform({ working: false });
  tools = releaseTools(platform);
});
afterEach(() => platform.close());

describe("a published snapshot", () => {
  it("has files that prove each other, and rows that name nobody", async () => {
    const ids = await tools.contribute([
      { n: 1 },
      { n: 2, disclosure: "summary" },
      { n: 3, session: "session-1" },
      { n: 4, who: "bob" },
      { n: 1, session: "session-9" },
    ]);
    await tools.publish("1.0.0");
    const release = await readRelease(platform.deps, "1.0.0");
    expect(release).toMatchObject({ state: "published", latest: true, members: 4, withdrawnSince: 0 });
    expect(release.manifest.excluded).toEqual({ duplicate_record: 1 });
    expect(release.manifest.candidates).toBe(5);

    const checksums = parseChecksums(await tools.textOf("1.0.0", "CHECKSUMS.txt")) ?? [];
    expect(checksums.map(({ name }) => name)).toEqual([
      "DATA_CARD.md",
      "manifest.json",
      "sft.jsonl.zst",
      "tooltrace.jsonl.zst",
      "train.jsonl.zst",
      "val.jsonl.zst",
    ]);
    for (const { name, sha256 } of checksums)
      expect(sha256Hex(await tools.bytesOfFile("1.0.0", name))).toBe(sha256);
    expect(Manifest.parse(JSON.parse(await tools.textOf("1.0.0", "manifest.json")))).toEqual(
      release.manifest,
    );
    expect(await tools.textOf("1.0.0", "DATA_CARD.md")).toBe(release.dataCard);

    let all = "";
    for (const name of DATA_FILES) {
      const text = await tools.textOf("1.0.0", name);
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
    await tools.contribute([{ n: 1 }]);
    const [shared] = await tools.contribute([{ n: 2, shared: true }]);
    const row = await platform.deps.store.episodes.byId(shared ?? "");
    expect(row?.lifecycle.state).not.toBe("published");
    await tools.publish("1.0.0");
    expect((await readRelease(platform.deps, "1.0.0")).members).toBe(1);
  });

  it("is built again with equal content from the same list", async () => {
    await tools.contribute([{ n: 1 }, { n: 2 }, { n: 3 }]);
    const { deps } = platform;
    await requestSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await tools.build("1.0.0");
    const first = await deps.store.snapshots.byVersion("1.0.0");
    await rebuildSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await tools.build("1.0.0");
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

describe("the road to a release", () => {
  it("refuses a version that is none, known or not newer, and an empty list", async () => {
    const { deps } = platform;
    const request = (version: string) => requestSnapshot(deps, OPERATOR, { version });
    await expect(request("1.0.0")).rejects.toMatchObject({ code: "snapshot_guard" });
    await tools.contribute([{ n: 1 }]);
    await expect(request("v1")).rejects.toMatchObject({ code: "input_invalid" });
    await tools.publish("1.1.0");
    await expect(request("1.1.0")).rejects.toMatchObject({ code: "already_exists" });
    await expect(request("1.0.0")).rejects.toMatchObject({ code: "input_invalid" });
  });

  it("is closed to those without the role, and while the instance is paused", async () => {
    await tools.contribute([{ n: 1 }]);
    const { deps } = platform;
    const curator = await platform.person("cu@example.org", "curator");
    await expect(requestSnapshot(deps, curator, { version: "1.0.0" })).rejects.toMatchObject({
      code: "forbidden",
    });
    await requestSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await tools.build("1.0.0");
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
    await tools.contribute([{ n: 1 }]);
    const { deps } = platform;
    const one = await platform.person("one@example.org", "release_manager");
    const two = await platform.person("two@example.org", "admin");
    await requestSnapshot(deps, one, { version: "1.0.0" });
    await tools.build("1.0.0");
    await approveSnapshot(deps, one, { version: "1.0.0" });
    await expect(publishSnapshot(deps, one, { version: "1.0.0" })).rejects.toMatchObject({
      code: "forbidden",
    });
    await publishSnapshot(deps, two, { version: "1.0.0" });
    expect(await tools.stateOf("1.0.0")).toBe("published");
    await expect(yankSnapshot(deps, two, { version: "1.0.0", reason: "broken_build" })).rejects.toMatchObject(
      {
        code: "forbidden",
      },
    );
    await withholdSnapshot(deps, one, { version: "1.0.0" });
    await yankSnapshot(deps, two, { version: "1.0.0", reason: "broken_build" });
    expect(await tools.stateOf("1.0.0")).toBe("yanked");
  });

  it("can be stopped in an emergency and opened again, and a yank is for ever", async () => {
    await tools.contribute([{ n: 1 }]);
    await tools.publish("1.0.0");
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
    expect(await tools.textOf("1.0.0", "DATA_CARD.md")).toContain("# trace-share 1.0.0");
    const facts = (await Array.fromAsync(deps.permanence.entries())).map(({ fact }) => fact.type);
    expect(facts.slice(-3)).toEqual(["snapshot.withheld", "snapshot.released", "snapshot.yanked"]);
  });
});
