import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { bodyKey } from "./episode-body.ts";
import { ingest } from "./ingest.ts";
import { purgeEpisode } from "./purge.ts";
import { readEpisode } from "./read-episode.ts";
import { openReleaseFile } from "./read-release.ts";
import { revokeEpisode } from "./revoke.ts";
import { scrub } from "./scrub.ts";
import type { RepairSource } from "./scrub-tally.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { bytesOf, sampleRecord } from "./testing/records.ts";
import { releaseTools } from "./testing/releases.ts";

let platform: TestPlatform;
let ids: string[];
beforeEach(async () => {
  platform = await testPlatform({ working: false });
  const tools = releaseTools(platform);
  ids = await tools.contribute([{ n: 1 }, { n: 2 }, { n: 3 }]);
  await tools.publish("1.0.0");
  // an hour later: the object is the only copy
  for (const id of ids) await platform.deps.store.staging.drop(id);
});
afterEach(() => platform.close());

const all = (more: { repair?: boolean; source?: RepairSource } = {}) =>
  scrub(platform.deps, OPERATOR, { sample: null, repair: false, ...more });

/** What a disk does in time: the same length, one bit another. */
async function flipByte(key: string): Promise<Uint8Array> {
  const { objects } = platform.deps;
  const whole = (await objects.get(key)) ?? new Uint8Array();
  const bad = new Uint8Array(whole);
  const at = Math.floor(bad.length / 2);
  bad[at] = (bad[at] ?? 0) ^ 1;
  await objects.remove(key);
  await objects.put(key, bad);
  return whole;
}

async function trainKey(): Promise<{ key: string; name: string }> {
  const snapshot = await platform.deps.store.snapshots.byVersion("1.0.0");
  const files = await platform.deps.store.snapshots.files(snapshot?.id ?? "");
  const largest = files.filter(({ name }) => name.endsWith(".zst")).sort((a, b) => b.bytes - a.bytes)[0];
  return { key: largest?.objectKey ?? "", name: largest?.name ?? "" };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

describe("scrub", { timeout: 60_000 }, () => {
  it("finds nothing wrong with what is whole, bodies that still lie in the database among it", async () => {
    const actor = await platform.uploader("ada@example.org");
    const staged = sampleRecord({ contributor: "ada", session: "staged" });
    await ingest(platform.deps, actor, { bytes: bytesOf(staged) });
    const report = await all();
    expect(report).toMatchObject({ checked: 10, staged: 1, missing: 0, corrupt: 0, unknown: 0, faults: [] });
    const [run] = await platform.deps.store.operations.last();
    expect(run).toMatchObject({ name: "scrub", ok: true, counts: { checked: 10 } });
  });

  it("finds one changed byte in a body, which is answered with an error and never with wrong bytes", async () => {
    const [id = ""] = ids;
    await flipByte(bodyKey(id));
    await expect(readEpisode(platform.deps, id)).rejects.toMatchObject({ code: "unavailable" });
    expect(await all()).toMatchObject({
      corrupt: 1,
      faults: [{ kind: "corrupt", subject: id, repaired: false }],
    });
    expect(await platform.deps.store.operations.last()).toMatchObject([{ name: "scrub", ok: false }]);
  });

  it("finds one changed byte in a release file, which is not handed out", async () => {
    const { key, name } = await trainKey();
    await flipByte(key);
    const opening = openReleaseFile(platform.deps, { version: "1.0.0", name });
    await expect(opening).rejects.toMatchObject({ code: "unavailable" });
    expect(await all()).toMatchObject({ corrupt: 1, faults: [{ subject: `1.0.0 ${name}` }] });
  });

  it("repairs bodies from staging and everything from a backup, and takes no wrong bytes for right ones", async () => {
    const [flipped = "", lost = ""] = ids;
    const { deps } = platform;
    const saved = new Map([[bodyKey(flipped), await flipByte(bodyKey(flipped))]]);
    const { key } = await trainKey();
    saved.set(key, (await deps.objects.get(key)) ?? new Uint8Array());
    await deps.objects.remove(key);
    const body = (await deps.objects.get(bodyKey(lost))) ?? new Uint8Array();
    const { object } = (await deps.store.episodes.byId(lost)) ?? {};
    await deps.store.staging.put(lost, body, object?.sha256 ?? "");
    await deps.objects.remove(bodyKey(lost));
    const liar: RepairSource = { open: async () => once(new Uint8Array([1, 2, 3])) };
    expect(await all({ repair: true, source: liar })).toMatchObject({ missing: 2, corrupt: 1, repaired: 1 });
    const source: RepairSource = {
      open: async (wanted) => {
        const bytes = saved.get(wanted);
        return bytes ? once(bytes) : null;
      },
    };
    expect(await all({ repair: true, source })).toMatchObject({ missing: 1, corrupt: 1, repaired: 2 });
    expect(await all()).toMatchObject({ missing: 0, corrupt: 0 });
    expect((await readEpisode(deps, flipped)).episode.id).toBe(flipped);
  });

  it("puts back no body that is withdrawn while it is repaired", async () => {
    const { deps } = platform;
    const [id = ""] = ids;
    const bytes = await flipByte(bodyKey(id));
    const account = (await deps.store.episodes.byId(id))?.account ?? "";
    const owner = { kind: "user", userId: account, roles: ["contributor"], via: "session" } as const;
    let opened = 0;
    const source: RepairSource = {
      open: async () => {
        opened += 1;
        if (opened === 2) {
          await revokeEpisode(deps, owner, { episodeId: id });
          await purgeEpisode(deps, { episodeId: id });
        }
        return once(bytes);
      },
    };
    const report = await scrub(deps, OPERATOR, { sample: 3, repair: true, source });
    expect(opened).toBe(2);
    expect(await deps.objects.size(bodyKey(id))).toBeNull();
    expect(report).toMatchObject({ missing: 0, corrupt: 0, repaired: 0 });
  });

  it("draws as many bodies as it is asked for, and counts objects that no row names", async () => {
    const sampled = await scrub(platform.deps, OPERATOR, { sample: 2, repair: false });
    expect(sampled).toMatchObject({ checked: 2, unknown: 0 });
    await platform.deps.objects.put(bodyKey("e".repeat(64)), new Uint8Array([1]));
    await platform.deps.objects.put("left/over", new Uint8Array([1]));
    expect(await all()).toMatchObject({ unknown: 2, missing: 0, corrupt: 0 });
  });
});
