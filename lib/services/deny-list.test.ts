import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { listDenyList } from "./deny-list.ts";
import { hideEpisode, unhideEpisode } from "./moderate.ts";
import { approveSnapshot, patchSnapshot, publishSnapshot } from "./release.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { type ReleaseTools, releaseTools } from "./testing/releases.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
let platform: TestPlatform;
let tools: ReleaseTools;
beforeEach(async () => {
  platform = await testPlatform({ working: false });
  tools = releaseTools(platform);
});
afterEach(() => platform.close());

/** The platform as it will be some days from now. */
function later(days: number): TestPlatform["deps"] {
  const at = new Date(Date.now() + days * DAY_MS);
  return { ...platform.deps, clock: { now: () => at } };
}

const dayAfter = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

describe("the deny-list", () => {
  it("says nothing of a day before it is over, then tells it by id, and holds only what was released", async () => {
    const ids = await tools.contribute([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
    await tools.publish("1.0.0");
    const [never = ""] = await tools.contribute([{ n: 9 }]);
    for (const id of [...ids.slice(0, 3), never]) await tools.revoke(id);
    expect((await listDenyList(platform.deps, "")).rows).toEqual([]);
    const { rows, through, more } = await listDenyList(later(2), "");
    expect(rows.map(({ episodeId }) => episodeId)).toEqual(ids.slice(0, 3).sort());
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual(["day", "episodeId", "listed"]);
    expect(more).toBe(false);
    expect((await listDenyList(later(2), through)).rows).toEqual([]);
    expect(through < dayAfter(2)).toBe(true);
  });

  it("gives the last word of a day and not the way to it", async () => {
    const [id = ""] = await tools.contribute([{ n: 1 }, { n: 2 }]);
    await tools.publish("1.0.0");
    const moderator = await platform.person("mod@example.org", "moderator");
    await hideEpisode(platform.deps, moderator, { episodeId: id, reason: "precaution" });
    await unhideEpisode(platform.deps, moderator, { episodeId: id });
    const { rows } = await listDenyList(later(2), "");
    expect(rows.map(({ episodeId, listed }) => ({ episodeId, listed }))).toEqual([
      { episodeId: id, listed: false },
    ]);
  });

  it("shows every withdrawal that a patch leaves out, at once, and asks for that day again", async () => {
    const ids = await tools.contribute([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
    await tools.publish("1.0.0");
    for (const id of ids.slice(0, 2)) await tools.revoke(id);
    const { deps } = platform;
    await patchSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await tools.build("2.0.0");
    expect((await listDenyList(deps, "")).rows).toEqual([]);
    await approveSnapshot(deps, OPERATOR, { version: "2.0.0" });
    await publishSnapshot(deps, OPERATOR, { version: "2.0.0" });
    await tools.revoke(ids[2] ?? "");
    const { rows, through } = await listDenyList(deps, "");
    expect(rows.map(({ episodeId }) => episodeId)).toEqual(ids.slice(0, 2).sort());
    // today is not through, so the one that still waits is not missed
    const next = await listDenyList(later(2), through);
    expect(next.rows.map(({ episodeId }) => episodeId)).toEqual(ids.slice(0, 3).sort());
  });
});
