import { mkdtemp, rm, truncate, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAppError } from "#lib/domain/errors.ts";
import { ingest } from "./ingest.ts";
import { hideEpisode, takeDownEpisode } from "./moderate.ts";
import { readVisibility } from "./read-episode.ts";
import { catchUpWithLog, replayPermanence } from "./replay-permanence.ts";
import { revokeEpisode } from "./revoke.ts";
import { authenticateToken, createToken, revokeToken } from "./tokens.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { bytesOf, sampleRecord } from "./testing/records.ts";

let dataDir: string;
const open: TestPlatform[] = [];
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "trace-share-replay-"));
});
afterAll(async () => {
  for (const platform of open) await platform.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<TestPlatform> {
  const platform = await testPlatform({ dataDir });
  open.push(platform);
  return platform;
}

/** A fresh database with an old copy in it, over the same data folder: what a careless restore leaves. */
async function restoreOldCopy(lines: readonly string[]): Promise<TestPlatform> {
  const restored = await start();
  await restored.backup.load(asyncLines(lines));
  return restored;
}

async function* asyncLines(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

describe("a start over an old copy of the database", () => {
  it("finds nothing resurrected", async () => {
    const before = await start();
    const { deps } = before;
    const actor = await before.uploader("replay@example.org");
    const moderator = await before.person("moderator@example.org", "moderator");
    const record = (name: string) =>
      sampleRecord({ contributor: "replay", session: name, prompt: `Session ${name}` });
    const [withdrawn, hidden, taken, kept] = ["withdrawn", "hidden", "taken", "kept"].map(record);
    if (!withdrawn || !hidden || !taken || !kept) throw new Error("four records");
    for (const one of [withdrawn, hidden, taken, kept]) await ingest(deps, actor, { bytes: bytesOf(one) });
    await before.settle();
    const owner = await before.person("replay@example.org");
    const { token, entry } = await createToken(deps, owner, { name: "t", scopes: ["read"], days: 1 }).catch(
      () => createToken(deps, { ...owner, roles: ["contributor"] }, { name: "t", scopes: ["read"], days: 1 }),
    );
    const lines: string[] = [];
    await before.backup.dump(async (line) => void lines.push(line));

    await revokeEpisode(deps, actor, { episodeId: withdrawn.id });
    await hideEpisode(deps, moderator, { episodeId: hidden.id, reason: "precaution" });
    await takeDownEpisode(deps, moderator, { episodeId: taken.id, reason: "copyright" });
    await revokeToken(deps, owner, { tokenId: entry.id });
    await before.settle();

    const after = await restoreOldCopy(lines);
    expect(await readVisibility(after.deps, withdrawn.id)).toBe("public");
    // one process of it alone, as a container that is started again: nobody has prepared this database
    const alone = await restoreOldCopy(lines);
    await catchUpWithLog(alone.deps);
    for (const { id } of [withdrawn, hidden, taken])
      expect(await readVisibility(alone.deps, id)).toBe("gone");
    expect((await replayPermanence(alone.deps)).applied).toBe(0);
    const replayed = await replayPermanence(after.deps);
    expect(replayed.applied).toBeGreaterThanOrEqual(4);
    expect(await readVisibility(after.deps, withdrawn.id)).toBe("gone");
    expect(await readVisibility(after.deps, hidden.id)).toBe("gone");
    expect(await readVisibility(after.deps, taken.id)).toBe("gone");
    expect(await readVisibility(after.deps, kept.id)).toBe("public");
    await expect(authenticateToken(after.deps, token)).rejects.toMatchObject({ code: "unauthenticated" });
    await expect(ingest(after.deps, actor, { bytes: bytesOf(withdrawn) })).rejects.toMatchObject({
      code: "withdrawn",
    });
    expect((await replayPermanence(after.deps)).applied).toBe(0);
  });

  it("refuses a log that ends before what the database remembers, unless told exactly so", async () => {
    const [platform] = open;
    if (!platform) throw new Error("the first test has started a platform");
    const log = join(dataDir, "permanence", "log.jsonl");
    await truncate(log, Math.floor((await stat(log)).size / 2));
    for (const start of [replayPermanence, catchUpWithLog]) {
      const error = await start(platform.deps).catch((thrown: unknown) => thrown);
      expect(isAppError(error, "permanence_broken")).toBe(true);
    }
    const { hash } = await platform.deps.permanence.head();
    const accepted = await replayPermanence(platform.deps, { acceptHead: hash });
    expect(accepted.gap).toBe(true);
    expect((await platform.deps.store.instance.read()).permanenceGap).toBe(true);
  });
});
