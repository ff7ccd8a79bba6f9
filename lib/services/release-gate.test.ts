import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { DATA_FILES } from "#lib/domain/snapshot/files.ts";
import { rowId } from "#lib/domain/snapshot/scrub.ts";
import { hideEpisode, unhideEpisode } from "./moderate.ts";
import { latestRelease, listReleases, openReleaseFile, readRelease } from "./read-release.ts";
import {
  approveSnapshot,
  patchSnapshot,
  publishSnapshot,
  rebuildSnapshot,
  requestSnapshot,
} from "./release.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { type ReleaseTools, releaseTools } from "./testing/releases.ts";

let platform: TestPlatform;
let tools: ReleaseTools;
beforeEach(async () => {
  platform = await testPlatform({ working: false });
  tools = releaseTools(platform);
});
afterEach(() => platform.close());

describe("withdrawals", () => {
  it("after the build stop the release, and a new build leaves them out", async () => {
    const [first = ""] = await tools.contribute([{ n: 1 }, { n: 2 }]);
    const { deps } = platform;
    await requestSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await tools.build("1.0.0");
    await approveSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await tools.revoke(first);
    await expect(publishSnapshot(deps, OPERATOR, { version: "1.0.0" })).rejects.toMatchObject({
      code: "snapshot_guard",
    });
    expect(await tools.stateOf("1.0.0")).toBe("approved");
    await expect(readRelease(deps, "1.0.0")).rejects.toMatchObject({ code: "not_found" });
    await expect(openReleaseFile(deps, { version: "1.0.0", name: "manifest.json" })).rejects.toMatchObject({
      code: "not_found",
    });

    await rebuildSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await tools.build("1.0.0");
    await approveSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await publishSnapshot(deps, OPERATOR, { version: "1.0.0" });
    const release = await readRelease(deps, "1.0.0");
    expect(release.members).toBe(1);
    expect(release.manifest.excluded).toEqual({ unavailable: 1 });
  });

  it("after the release lead to a removal-only patch that equals the scrubbed base", async () => {
    const ids = await tools.contribute([
      { n: 1 },
      { n: 2 },
      { n: 3, who: "bob" },
      { n: 2, session: "session-9" },
    ]);
    await tools.publish("1.0.0");
    const { deps } = platform;
    await expect(patchSnapshot(deps, OPERATOR, { version: "1.0.0" })).rejects.toMatchObject({
      code: "input_invalid",
    });
    const [gone = ""] = ids;
    const carriers = await tools.carriersOf("1.0.0", gone);
    const before = await Promise.all(carriers.map((name) => tools.textOf("1.0.0", name)));
    await tools.revoke(gone);
    expect(await readRelease(deps, "1.0.0")).toMatchObject({ latest: true, withdrawnSince: 1 });

    const patch = await patchSnapshot(deps, OPERATOR, { version: "1.0.0" });
    expect(patch).toMatchObject({ version: "2.0.0", removalOnly: true, baseVersion: "1.0.0" });
    await tools.build(patch.version);
    await approveSnapshot(deps, OPERATOR, { version: "2.0.0" });
    await publishSnapshot(deps, OPERATOR, { version: "2.0.0" });

    const release = await readRelease(deps, "2.0.0");
    expect(release.manifest).toMatchObject({ base_version: "1.0.0", removal_only: true, removed_count: 1 });
    expect(release.manifest.deny_list_seq).toBe(await deps.store.denyList.head());
    expect(release.manifest.deny_list_seq).toBeGreaterThan(0);
    for (const [index, name] of carriers.entries()) {
      const scrubbed = (before[index] ?? "")
        .split("\n")
        .filter((line) => line !== "" && rowId(line) !== gone);
      expect(await tools.textOf("2.0.0", name)).toBe(scrubbed.map((line) => `${line}\n`).join(""));
    }

    const old = await readRelease(deps, "1.0.0");
    expect(old).toMatchObject({ state: "superseded", latest: false, replacement: "2.0.0" });
    for (const name of carriers) expect(await tools.refusalOf(deps, name)).toBe("gone");
    expect(await tools.textOf("1.0.0", "manifest.json")).toContain('"version": "1.0.0"');
    expect((await latestRelease(deps))?.version).toBe("2.0.0");
    expect((await listReleases(deps)).map(({ version }) => version)).toEqual(["2.0.0", "1.0.0"]);
  });

  it("close the file a day later, patch or no patch, and then no release is the latest", async () => {
    const [first = ""] = await tools.contribute([{ n: 1 }, { n: 2 }]);
    await tools.publish("1.0.0");
    const carriers: string[] = await tools.carriersOf("1.0.0", first);
    await tools.revoke(first);
    const { deps } = platform;
    expect((await latestRelease(deps))?.version).toBe("1.0.0");
    const tomorrow = new Date(Date.now() + 25 * 60 * 60 * 1000);
    const later = { ...deps, clock: { now: () => tomorrow } };
    const standing = await tools.standingOf(later, "1.0.0");
    for (const name of [...DATA_FILES, "manifest.json"]) {
      expect(standing[name]).toBe(carriers.includes(name) ? "gone" : "served");
      expect(await tools.refusalOf(later, name)).toBe(standing[name]);
    }
    expect(await latestRelease(later)).toBeNull();
  });

  it("that may be a credential close the file at once, and clearing the hide opens it again", async () => {
    const [first = "", second = ""] = await tools.contribute([{ n: 1 }, { n: 2 }]);
    await tools.publish("1.0.0");
    const { deps } = platform;
    const moderator = await platform.person("mod@example.org", "moderator");
    const [one] = await tools.carriersOf("1.0.0", first);
    const [other] = await tools.carriersOf("1.0.0", second);
    await hideEpisode(deps, moderator, { episodeId: first, reason: "precaution" });
    expect(await tools.refusalOf(deps, one ?? "")).toBe("served");
    await hideEpisode(deps, moderator, { episodeId: second, reason: "rescan_hit" });
    expect(await tools.refusalOf(deps, other ?? "")).toBe("gone");
    await unhideEpisode(deps, moderator, { episodeId: second });
    expect(await tools.refusalOf(deps, other ?? "")).toBe("served");
  });
});
