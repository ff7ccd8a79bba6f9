import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { AppError, isAppError } from "#lib/domain/errors.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { ingest } from "./ingest.ts";
import { hideEpisode, restoreEpisode, takeDownEpisode, unhideEpisode } from "./moderate.ts";
import { purgeEpisode } from "./purge.ts";
import { readVisibility } from "./read-episode.ts";
import { replayPermanence } from "./replay-permanence.ts";
import { revokeEpisode } from "./revoke.ts";
import { screenEpisode } from "./screen.ts";
import { storeBody } from "./store-body.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { bytesOf, sampleRecord } from "./testing/records.ts";
import { releaseTools } from "./testing/releases.ts";
import { releaseWithheld, withholdSnapshot, yankSnapshot } from "./withhold-release.ts";

let dataDir: string;
let open: TestPlatform[];
let platform: TestPlatform;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "trace-share-never-forget-"));
  open = [];
  platform = await start();
});
afterEach(async () => {
  for (const one of open) await one.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<TestPlatform> {
  const started = await testPlatform({ dataDir, working: false });
  open.push(started);
  return started;
}

async function copy(): Promise<string[]> {
  const lines: string[] = [];
  await platform.backup.dump(async (line) => void lines.push(line));
  return lines;
}

/** Another database with an older copy in it, over the same data folder, as a start finds it. */
async function startOver(lines: readonly string[]): Promise<TestPlatform> {
  const restored = await start();
  await restored.backup.load(
    (async function* () {
      yield* lines;
    })(),
  );
  await replayPermanence(restored.deps);
  return restored;
}

/** A database that does the work of a transaction and then fails to commit it. */
function failing(deps: Deps): Deps {
  const { store } = deps;
  const transaction: Deps["store"]["transaction"] = (work) =>
    store.transaction(async (tx) => {
      await work(tx);
      throw new AppError("unavailable");
    });
  return { ...deps, store: { ...store, transaction } };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : Promise.reject(error)),
  );
}

async function publish(name: string, who = "ada"): Promise<string> {
  const actor = await platform.uploader(`${who}@example.org`);
  const record = sampleRecord({ contributor: who, session: name, prompt: `Session ${name}` });
  await ingest(platform.deps, actor, { bytes: bytesOf(record) });
  await storeBody(platform.deps, { episodeId: record.id });
  await screenEpisode(platform.deps, { episodeId: record.id });
  return record.id;
}

describe("a transaction that fails after its entry was written", () => {
  it("lifts no hide and restores nothing in a database that comes from an older copy", async () => {
    const moderator = await platform.person("moderator@example.org", "moderator");
    const [hidden, taken] = [await publish("hidden"), await publish("taken")];
    const lines = await copy();
    await hideEpisode(platform.deps, moderator, { episodeId: hidden, reason: "precaution" });
    await takeDownEpisode(platform.deps, moderator, { episodeId: taken, reason: "copyright" });
    const broken = failing(platform.deps);
    expect(await codeOf(unhideEpisode(broken, moderator, { episodeId: hidden }))).toBe("unavailable");
    expect(await codeOf(restoreEpisode(broken, moderator, { episodeId: taken }))).toBe("unavailable");
    const after = await startOver(lines);
    for (const id of [hidden, taken]) expect(await readVisibility(after.deps, id)).toBe("gone");
  });

  it("withdraws at the next start what somebody asked to withdraw", async () => {
    const episodeId = await publish("asked");
    const actor = await platform.uploader("ada@example.org");
    expect(await codeOf(revokeEpisode(failing(platform.deps), actor, { episodeId }))).toBe("unavailable");
    expect(await readVisibility(platform.deps, episodeId)).toBe("public");
    // another entry, whose transaction does commit, moves the database's memory past the lost one
    const other = await publish("other");
    await revokeEpisode(platform.deps, actor, { episodeId: other });
    expect((await replayPermanence(platform.deps)).applied).toBe(1);
    expect(await readVisibility(platform.deps, episodeId)).toBe("gone");
    expect((await replayPermanence(platform.deps)).applied).toBe(0);
  });
});

describe("a lifted measure", () => {
  it("stays lifted over an older copy, and a hide that came in between stays a hide", async () => {
    const moderator = await platform.person("moderator@example.org", "moderator");
    const [shown, again] = [await publish("shown"), await publish("again")];
    const lines = await copy();
    for (const episodeId of [shown, again]) {
      await hideEpisode(platform.deps, moderator, { episodeId, reason: "precaution" });
      await unhideEpisode(platform.deps, moderator, { episodeId });
    }
    await hideEpisode(platform.deps, moderator, { episodeId: again, reason: "precaution" });
    const after = await startOver(lines);
    expect(await readVisibility(after.deps, shown)).toBe("public");
    expect(await readVisibility(after.deps, again)).toBe("gone");
  });

  it("of a release is remembered, and a yank is for ever", async () => {
    const tools = releaseTools(platform);
    await tools.contribute([{ n: 1 }]);
    await tools.publish("1.0.0");
    const lines = await copy();
    const { deps } = platform;
    await withholdSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await releaseWithheld(deps, OPERATOR, { version: "1.0.0" });
    const released = await startOver(lines);
    expect((await released.deps.store.snapshots.byVersion("1.0.0"))?.state).toBe("published");
    await withholdSnapshot(deps, OPERATOR, { version: "1.0.0" });
    await yankSnapshot(deps, OPERATOR, { version: "1.0.0", reason: "legal_order" });
    const yanked = await startOver(lines);
    expect((await yanked.deps.store.snapshots.byVersion("1.0.0"))?.state).toBe("yanked");
  });
});

describe("an older copy that has not seen an upload", () => {
  it("refuses it again if it was taken down or hidden since, and any other form of its window", async () => {
    const moderator = await platform.person("moderator@example.org", "moderator");
    await platform.uploader("ada@example.org");
    const lines = await copy();
    await publish("taken");
    await publish("hidden");
    const forms = ["taken", "hidden"].map((session) => [
      sampleRecord({ contributor: "ada", session, prompt: `Session ${session}` }),
      sampleRecord({ contributor: "ada", session, prompt: "Other words" }),
    ]);
    const [taken, hidden] = forms.map(([first]) => first?.id ?? "");
    await takeDownEpisode(platform.deps, moderator, { episodeId: taken ?? "", reason: "copyright" });
    await hideEpisode(platform.deps, moderator, { episodeId: hidden ?? "", reason: "precaution" });
    const after = await startOver(lines);
    const actor = await after.uploader("ada@example.org");
    for (const record of forms.flat()) {
      expect(await codeOf(ingest(after.deps, actor, { bytes: bytesOf(record) }))).toBe("withdrawn");
    }
  });

  it("gives the id of a withdrawn episode to nobody, even if it lacks the account", async () => {
    const lines = await copy();
    const episodeId = await publish("gone", "eve");
    await revokeEpisode(platform.deps, await platform.uploader("eve@example.org"), { episodeId });
    const after = await startOver(lines);
    const copyist = await after.uploader("copyist@example.org");
    const record = sampleRecord({ contributor: "eve", session: "gone", prompt: "Session gone" });
    const { receipt } = await ingest(after.deps, copyist, { bytes: bytesOf(record) });
    expect(receipt.public_id).not.toBe(episodeId);
    expect(await readVisibility(after.deps, episodeId)).toBe("unknown");
  });
});

describe("a hold of the platform's own", () => {
  it("is placed once by a shared token, keeps from publication over an older copy, and ends with the withdrawal", async () => {
    const { deps } = platform;
    const shared = await platform.uploader("team@example.org", { shared: true });
    const record = sampleRecord({ contributor: "team" });
    const target = { episodeId: record.id };
    await ingest(deps, shared, { bytes: bytesOf(record) });
    await storeBody(deps, target);
    await screenEpisode(deps, target);
    const lines = await copy();
    await revokeEpisode(deps, shared, target);
    await revokeEpisode(deps, shared, target);
    const after = await startOver(lines);
    expect((await after.deps.store.episodes.byId(record.id))?.legalHold).toBe(true);
    const owner = await platform.uploader("team@example.org");
    const newer = sampleRecord({ contributor: "team", prompt: "A newer form" });
    expect(await codeOf(ingest(deps, owner, { bytes: bytesOf(newer) }))).toBe("slot_refused");
    await revokeEpisode(deps, owner, target);
    await purgeEpisode(deps, target);
    expect((await deps.store.episodes.byId(record.id))?.lifecycle.state).toBe("erased");
  });

  it("is not placed on what is hidden already, so that staff can show it again", async () => {
    const { deps } = platform;
    const shared = await platform.uploader("team@example.org", { shared: true });
    const moderator = await platform.person("moderator@example.org", "moderator");
    const episodeId = await publish("team-episode");
    const actor = { ...shared, tokenId: (await deps.store.episodes.byId(episodeId))?.tokenId ?? "" };
    const owned = { ...actor, userId: (await platform.uploader("ada@example.org")).userId };
    await revokeEpisode(deps, owned, { episodeId });
    await revokeEpisode(deps, owned, { episodeId });
    await unhideEpisode(deps, moderator, { episodeId });
    expect(await readVisibility(deps, episodeId)).toBe("public");
  });
});
