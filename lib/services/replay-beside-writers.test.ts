import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ingest } from "./ingest.ts";
import { hideEpisode, unhideEpisode } from "./moderate.ts";
import { replayPermanence } from "./replay-permanence.ts";
import { revokeEpisode } from "./revoke.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { bytesOf, sampleRecord } from "./testing/records.ts";

// A second instance that starts while the first one answers: each has pools, queues and a never-forget log of its own making over
// one database and one data folder.

let dataDir: string;
let first: TestPlatform;
let second: TestPlatform;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "trace-share-beside-"));
  first = await testPlatform({ dataDir });
  second = await testPlatform({ dataDir, databaseUrl: first.databaseUrl, working: false });
});
afterAll(async () => {
  await second.close();
  await first.close();
  await rm(dataDir, { recursive: true, force: true });
});

it("replays without holding up, undoing or doubling what the other one writes", async () => {
  const { deps } = first;
  const actor = await first.uploader("beside@example.org");
  const moderator = await first.person("beside-moderator@example.org", "moderator");
  const records = Array.from({ length: 8 }, (_, n) =>
    sampleRecord({ contributor: "beside", session: `s${n}`, prompt: `Session ${n}` }),
  );
  for (const record of records) await ingest(deps, actor, { bytes: bytesOf(record) });
  await first.settle();
  const [hidden, ...withdrawn] = records;
  if (!hidden) throw new Error("there are records");

  const written = new AbortController();
  const replays: number[] = [];
  const replaying = (async () => {
    while (!written.signal.aborted) replays.push((await replayPermanence(second.deps)).head.seq);
  })();
  await hideEpisode(deps, moderator, { episodeId: hidden.id, reason: "precaution" });
  for (const { id } of withdrawn) await revokeEpisode(deps, actor, { episodeId: id });
  written.abort();
  await replaying;
  await first.settle();

  expect(replays).toEqual(replays.toSorted((a, b) => a - b));
  const states = await deps.store.episodes.statesOf(records.map(({ id }) => id));
  expect(states.get(hidden.id)).toBe("hidden");
  for (const { id } of withdrawn) {
    expect(["tombstoned", "erased"]).toContain(states.get(id));
    const events = (await deps.store.episodes.log(id)).filter(({ type }) => type === "revoked");
    expect(events).toHaveLength(1);
  }
  const head = await deps.permanence.head();
  expect((await deps.store.instance.read()).permanenceHead).toEqual(head);
  expect(head.seq).toBe(withdrawn.length + 1);
  expect((await replayPermanence(second.deps)).applied).toBe(0);

  await unhideEpisode(deps, moderator, { episodeId: hidden.id, dismissFindings: true });
  expect((await replayPermanence(second.deps)).applied).toBe(0);
  expect((await deps.store.episodes.byId(hidden.id))?.lifecycle.state).toBe("published");
});
