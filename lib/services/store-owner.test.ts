import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type S3TestServer, startMemoryS3 } from "#lib/adapters/testing/s3-server.ts";
import { isAppError } from "#lib/domain/errors.ts";
import { restoreBackup } from "#workers/operator/backup-commands.ts";
import { writeBackup } from "#workers/operator/write-backup.ts";
import { bodyKey } from "./episode-body.ts";
import { readVisibility } from "./read-episode.ts";
import { revokeEpisode } from "./revoke.ts";
import { claimStore, demandOwnStore, takeStore } from "./store-owner.ts";
import { sweep } from "./sweep.ts";
import { bucketSettings } from "./testing/bucket.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { releaseTools } from "./testing/releases.ts";

let memory: S3TestServer;
let root: string;
let env: Record<string, string>;
let first: TestPlatform;
const open: TestPlatform[] = [];
beforeAll(async () => {
  memory = await startMemoryS3();
});
afterAll(() => memory.stop());
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "trace-share-owner-"));
  ({ env } = await bucketSettings(memory.place));
  first = await start(env);
  await claimStore(first.deps);
});
afterEach(async () => {
  for (const platform of open.splice(0)) await platform.close();
  await rm(root, { recursive: true, force: true });
});

async function start(settings: Record<string, string>): Promise<TestPlatform> {
  const platform = await testPlatform({ env: settings, working: false });
  open.push(platform);
  return platform;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : Promise.reject(error)),
  );
}

async function contribute(platform: TestPlatform, n = 1): Promise<string> {
  const [id = ""] = await releaseTools(platform).contribute([{ n }]);
  return id;
}

describe("a bucket", () => {
  it("serves one instance: a second one does not start, sweeps nothing and writes no withdrawal", async () => {
    const kept = await contribute(first);
    const second = await start(env);
    expect(await codeOf(claimStore(second.deps))).toBe("configuration_invalid");
    expect(await codeOf(demandOwnStore(second.deps))).toBe("configuration_invalid");
    // one that has worked before, on a bucket of its own
    const { env: other } = await bucketSettings(memory.place);
    const third = await start(other);
    await claimStore(third.deps);
    const own = await contribute(third, 2);
    const moved = { ...third.deps, objects: first.deps.objects, storeOwner: first.deps.storeOwner };
    expect(await codeOf(sweep(moved))).toBe("configuration_invalid");
    expect(await first.deps.objects.size(bodyKey(kept))).not.toBeNull();
    const ada = await third.uploader("ada@example.org");
    expect(await codeOf(revokeEpisode(moved, ada, { episodeId: own }))).toBe("configuration_invalid");
    expect(await codeOf(sweep(first.deps))).toBe("done");
  });

  it("is claimed again by its own instance, also when it holds everything already", async () => {
    await contribute(first);
    expect(await codeOf(claimStore(first.deps))).toBe("done");
  });

  it("is one instance's when two of its processes start it for the first time at once", async () => {
    const { env: fresh } = await bucketSettings(memory.place);
    const platform = await start(fresh);
    expect(await Promise.all([1, 2, 3].map(() => codeOf(claimStore(platform.deps))))).toEqual([
      "done",
      "done",
      "done",
    ]);
    expect(await codeOf(demandOwnStore(platform.deps))).toBe("done");
  });

  it("is its instance's again after a first start that was cut off at the mark", async () => {
    const { env: fresh } = await bucketSettings(memory.place);
    const { deps } = await start(fresh);
    const { storeOwner } = deps;
    if (!storeOwner) throw new Error("the test has a bucket");
    const claim = async (id: string) => {
      await storeOwner.claim(id);
      throw new Error("cut off");
    };
    await claimStore({ ...deps, storeOwner: { ...storeOwner, claim } }).catch(() => {});
    expect(await codeOf(claimStore(deps))).toBe("done");
    expect(await codeOf(demandOwnStore(deps))).toBe("done");
  });

  it("that holds objects and no mark is not claimed by a database that knows none of them", async () => {
    await contribute(first);
    const { env: marked } = await bucketSettings(memory.place);
    const unmarked = { ...(await start(marked)).deps, objects: first.deps.objects };
    expect(await codeOf(claimStore(unmarked))).toBe("configuration_invalid");
  });

  it("is taken over on purpose, and then the one that had it stops", async () => {
    const second = await start(env);
    expect(await takeStore(second.deps)).toEqual({ taken: true });
    expect(await codeOf(claimStore(second.deps))).toBe("done");
    expect(await takeStore(second.deps)).toEqual({ taken: false });
    expect(await codeOf(demandOwnStore(first.deps))).toBe("configuration_invalid");
  });

  it("is the restored instance's after a restore, in the same bucket and in a new one", async () => {
    const kept = await contribute(first);
    await writeBackup(first, join(root, "backup"));
    const same = await start(env);
    await restoreBackup(same, join(root, "backup"));
    expect(await codeOf(claimStore(same.deps))).toBe("done");
    expect(await readVisibility(same.deps, kept)).toBe("public");
    expect(await codeOf(sweep(first.deps))).toBe("configuration_invalid");
    const elsewhere = await start((await bucketSettings(memory.place)).env);
    await claimStore(elsewhere.deps);
    await restoreBackup(elsewhere, join(root, "backup"));
    expect(await codeOf(claimStore(elsewhere.deps))).toBe("done");
    expect(await codeOf(demandOwnStore(same.deps))).toBe("done");
  });

  it("of a stranger takes no restore", async () => {
    await contribute(first);
    await writeBackup(first, join(root, "backup"));
    const { env: other } = await bucketSettings(memory.place);
    await claimStore((await start(other)).deps);
    const empty = await start(other);
    expect(await codeOf(restoreBackup(empty, join(root, "backup")))).toBe("configuration_invalid");
    expect(await Array.fromAsync(empty.deps.objects.list(""))).toEqual([]);
  });
});
