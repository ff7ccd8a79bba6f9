import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { buildSnapshot } from "./build-snapshot.ts";
import { bodyKey } from "./episode-body.ts";
import { ingest } from "./ingest.ts";
import { rebuildSnapshot, requestSnapshot } from "./release.ts";
import { screenEpisode } from "./screen.ts";
import { storeBody } from "./store-body.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { bytesOf, sampleRecord } from "./testing/records.ts";

let platform: TestPlatform;
let ids: string[];
beforeEach(async () => {
  platform = await testPlatform({ working: false });
  const actor = await platform.uploader("ada@example.org");
  const records = [1, 2, 3].map((n) => sampleRecord({ session: `s${n}`, prompt: `Fix test ${n}` }));
  for (const record of records) {
    await ingest(platform.deps, actor, { bytes: bytesOf(record) });
    await storeBody(platform.deps, { episodeId: record.id });
    await screenEpisode(platform.deps, { episodeId: record.id });
  }
  ids = records.map(({ id }) => id);
});
afterEach(() => platform.close());

async function requested(): Promise<string> {
  return (await requestSnapshot(platform.deps, OPERATOR, { version: "1.0.0" })).id;
}

/** A process that stops when its data files are there, and goes on or fails when it is told to. */
function stoppedAtManifest(deps: Deps) {
  const reached = Promise.withResolvers<void>();
  const word = Promise.withResolvers<void>();
  const put: Deps["objects"]["put"] = async (key, bytes) => {
    reached.resolve();
    await word.promise;
    return deps.objects.put(key, bytes);
  };
  return {
    deps: { ...deps, objects: { ...deps.objects, put } },
    reached: reached.promise,
    goOn: () => word.resolve(),
    fail: (error: unknown) => word.reject(error),
  };
}

const snapshot = () => platform.deps.store.snapshots.byVersion("1.0.0");

describe("building a snapshot", () => {
  it("goes on after a crash, whatever the first try left behind", async () => {
    const snapshotId = await requested();
    const { deps } = platform;
    const dying: Deps = {
      ...deps,
      objects: {
        ...deps.objects,
        // the process "dies" with the manifest: nothing is noted, the data files stay
        put: () => new Promise<never>(() => undefined),
      },
    };
    void buildSnapshot(dying, { snapshotId });
    await expect.poll(async () => (await Array.fromAsync(deps.objects.list("snapshots/"))).length).toBe(4);
    expect((await snapshot())?.state).toBe("building");

    await buildSnapshot(deps, { snapshotId });
    expect((await snapshot())?.state).toBe("verified");
    expect(await Array.fromAsync(deps.objects.list("snapshots/1.0.0/"))).toHaveLength(7);
  });

  it("by two workers at once ends in one whole snapshot", async () => {
    const snapshotId = await requested();
    await Promise.allSettled([
      buildSnapshot(platform.deps, { snapshotId }),
      buildSnapshot(platform.deps, { snapshotId }),
    ]);
    await buildSnapshot(platform.deps, { snapshotId });
    const built = await snapshot();
    expect(built?.state).toBe("verified");
    for (const file of await platform.deps.store.snapshots.files(built?.id ?? "")) {
      expect((await platform.deps.objects.get(file.objectKey))?.length).toBe(file.bytes);
    }
  });

  it("of a worker that wakes up late changes nothing of the build that took over, and leaves nothing", async () => {
    const snapshotId = await requested();
    const { deps } = platform;
    const late = stoppedAtManifest(deps);
    const lateBuild = buildSnapshot(late.deps, { snapshotId });
    await late.reached;
    await buildSnapshot(deps, { snapshotId });
    const before = await Array.fromAsync(deps.objects.list("snapshots/"));
    const events = await deps.store.snapshots.log(snapshotId);
    late.goOn();
    await lateBuild;
    expect((await snapshot())?.state).toBe("verified");
    expect(await Array.fromAsync(deps.objects.list("snapshots/"))).toEqual(before);
    expect(before).toHaveLength(7);
    expect(await deps.store.snapshots.log(snapshotId)).toEqual(events);
  });

  it("that fails late does not fail the build that took over", async () => {
    const snapshotId = await requested();
    const { deps } = platform;
    const [late, next] = [stoppedAtManifest(deps), stoppedAtManifest(deps)];
    const lateBuild = buildSnapshot(late.deps, { snapshotId });
    await late.reached;
    const nextBuild = buildSnapshot(next.deps, { snapshotId });
    await next.reached;
    late.fail(new AppError("unavailable"));
    await expect(lateBuild).rejects.toMatchObject({ code: "unavailable" });
    expect(await snapshot()).toMatchObject({ state: "building", failure: null });
    next.goOn();
    await nextBuild;
    expect(await snapshot()).toMatchObject({ state: "verified", failure: null });
    expect(await Array.fromAsync(deps.objects.list("snapshots/"))).toHaveLength(7);
  });

  it("fails with a code when a public record can't be read, and can be tried again", async () => {
    const snapshotId = await requested();
    const [lost = ""] = ids;
    const { deps } = platform;
    const body = await deps.objects.get(bodyKey(lost));
    await deps.objects.remove(bodyKey(lost));
    await deps.store.staging.drop(lost);
    await expect(buildSnapshot(deps, { snapshotId })).rejects.toMatchObject({ code: "unavailable" });
    expect(await snapshot()).toMatchObject({ state: "failed", failure: "unavailable" });
    expect(await Array.fromAsync(deps.objects.list("snapshots/"))).toEqual([]);

    await deps.objects.put(bodyKey(lost), body ?? new Uint8Array());
    await rebuildSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await buildSnapshot(deps, { snapshotId });
    expect(await snapshot()).toMatchObject({ state: "verified", failure: null });
  });

  it("tells a full disk from a broken build, and leaves no half file", async () => {
    const snapshotId = await requested();
    const { deps } = platform;
    const full: Deps = {
      ...deps,
      objects: {
        ...deps.objects,
        putStream: async (key, source) => {
          if (!key.endsWith("sft.jsonl.zst")) return deps.objects.putStream(key, source);
          throw new AppError("storage_full");
        },
      },
    };
    await expect(buildSnapshot(full, { snapshotId })).rejects.toMatchObject({ code: "storage_full" });
    expect(await snapshot()).toMatchObject({ state: "failed", failure: "storage_full" });
    expect(await Array.fromAsync(deps.objects.list("snapshots/"))).toEqual([]);
  });

  it("is not verified if the stored bytes are other than what was written", async () => {
    const snapshotId = await requested();
    const { deps } = platform;
    const bent: Deps = {
      ...deps,
      objects: {
        ...deps.objects,
        open: async (key) => {
          const object = await deps.objects.open(key.replace("train", "sft"));
          return object;
        },
      },
    };
    await expect(buildSnapshot(bent, { snapshotId })).rejects.toMatchObject({
      reason: "stored_files_differ",
    });
    expect(await snapshot()).toMatchObject({ state: "failed", failure: "stored_files_differ" });
  });

  it("is not verified if the second build differs from the first", async () => {
    const snapshotId = await requested();
    const { deps } = platform;
    let reads = 0;
    const drifting: Deps = {
      ...deps,
      store: {
        ...deps.store,
        episodes: {
          ...deps.store.episodes,
          byId: async (id) => {
            const row = await deps.store.episodes.byId(id);
            reads += 1;
            // from the second build on, the same record looks like another contributor's
            return row && reads > 2 * ids.length ? { ...row, sessionKey: "0".repeat(64) } : row;
          },
        },
      },
    };
    await expect(buildSnapshot(drifting, { snapshotId })).rejects.toMatchObject({
      reason: "second_build_differs",
    });
    expect((await snapshot())?.state).toBe("failed");
  });

  it("does nothing for a snapshot that is past building", async () => {
    const snapshotId = await requested();
    await buildSnapshot(platform.deps, { snapshotId });
    const before = await snapshot();
    await buildSnapshot(platform.deps, { snapshotId });
    expect(await snapshot()).toEqual(before);
  });
});
