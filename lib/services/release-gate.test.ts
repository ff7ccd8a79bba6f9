import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { isAppError } from "#lib/domain/errors.ts";
import { DATA_FILES } from "#lib/domain/snapshot/files.ts";
import { rowId } from "#lib/domain/snapshot/scrub.ts";
import { claimCase, decideCase } from "./cases.ts";
import { hideEpisode, unhideEpisode } from "./moderate.ts";
import { latestRelease, listReleases, openReleaseFile, readRelease } from "./read-release.ts";
import {
  approveSnapshot,
  patchSnapshot,
  publishSnapshot,
  rebuildSnapshot,
  requestSnapshot,
} from "./release.ts";
import { submitReport } from "./reports.ts";
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

  it("stay at once after a credential report, when its contributor withdraws it too", async () => {
    const [first = ""] = await tools.contribute([{ n: 1 }, { n: 2 }]);
    await tools.publish("1.0.0");
    const { deps } = platform;
    const moderator = await platform.person("mod@example.org", "moderator");
    const carriers = await tools.carriersOf("1.0.0", first);
    await report(first, "credential");
    await hideEpisode(deps, moderator, { episodeId: first, reason: "precaution" });
    for (const name of carriers) expect(await tools.refusalOf(deps, name)).toBe("gone");
    await tools.revoke(first);
    for (const name of carriers) expect(await tools.refusalOf(deps, name)).toBe("gone");
  });

  it("stay at once when the report is decided, and get their day back when it was no such thing", async () => {
    const [hidden = "", cleared = ""] = await tools.contribute([{ n: 1 }, { n: 2, who: "bob" }]);
    await tools.publish("1.0.0");
    const { deps } = platform;
    const moderator = await platform.person("mod@example.org", "moderator");
    const [ofHidden, ofCleared] = [
      await tools.carriersOf("1.0.0", hidden),
      await tools.carriersOf("1.0.0", cleared),
    ];
    const decide = async (episodeId: string, outcome: "hide_until_fixed" | "no_action") => {
      const caseId = await report(episodeId, "personal_data_other");
      await claimCase(deps, moderator, { caseId });
      await decideCase(deps, moderator, { caseId, outcome, reason: null, statement: "Decided." });
    };
    await decide(hidden, "hide_until_fixed");
    await decide(cleared, "no_action");
    await tools.revoke(cleared, "bob");
    for (const name of ofHidden) expect(await tools.refusalOf(deps, name)).toBe("gone");
    for (const name of ofCleared.filter((name) => !ofHidden.includes(name)))
      expect(await tools.refusalOf(deps, name)).toBe("served");
  });
});

describe("a release that is built and published while people withdraw", () => {
  it("holds nothing that was withdrawn before it went out, and lists what was withdrawn since", async () => {
    const { deps } = platform;
    const ids = await tools.contribute(Array.from({ length: 12 }, (_, n) => ({ n: n + 1 })));
    const before = new Set<string>();
    const acknowledged = new Set<string>();
    const release = async () => {
      await requestSnapshot(deps, OPERATOR, { version: "1.0.0" });
      for (;;) {
        await tools.build("1.0.0").catch(() => undefined);
        for (const id of acknowledged) before.add(id);
        try {
          if ((await tools.stateOf("1.0.0")) === "verified")
            await approveSnapshot(deps, OPERATOR, { version: "1.0.0" });
          return await publishSnapshot(deps, OPERATOR, { version: "1.0.0" });
        } catch (error) {
          if (!isAppError(error)) throw error;
          before.clear();
          await rebuildSnapshot(deps, OPERATOR, { version: "1.0.0" });
        }
      }
    };
    const withdraw = async () => {
      for (const [index, id] of ids.slice(0, 8).entries()) {
        await sleep(15 * (index % 4));
        await tools.revoke(id);
        acknowledged.add(id);
      }
    };
    await Promise.all([release(), withdraw()]);
    const members = new Set<string>();
    const snapshot = await deps.store.snapshots.byVersion("1.0.0");
    for await (const { episodeId, split } of deps.store.snapshots.members(snapshot?.id ?? "")) {
      if (split) members.add(episodeId);
    }
    for (const id of before) expect(members.has(id)).toBe(false);
    for (const id of acknowledged) expect(await deps.store.denyList.isListed(id)).toBe(members.has(id));
    for (const id of ids.slice(8)) expect(members.has(id)).toBe(true);
  }, 30_000);
});

async function report(episodeId: string, category: "credential" | "personal_data_other"): Promise<string> {
  const { deps } = platform;
  await submitReport(deps, { episodeId, category, step: null, message: "Look at this.", contact: null });
  const [open] = await deps.store.cases.openOf(episodeId);
  return open?.id ?? "";
}
