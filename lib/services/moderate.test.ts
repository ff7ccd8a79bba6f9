import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAppError } from "#lib/domain/errors.ts";
import { replay } from "#lib/domain/lifecycle/replay.ts";
import { claimCase, decideCase, readCase } from "./cases.ts";
import { ingest } from "./ingest.ts";
import {
  approveEpisode,
  claimEpisode,
  hideEpisode,
  rejectEpisode,
  restoreEpisode,
  takeDownEpisode,
  unhideEpisode,
} from "./moderate.ts";
import { readQueue, readReview } from "./moderation-queue.ts";
import { readVisibility } from "./read-episode.ts";
import { readReport, submitReport } from "./reports.ts";
import { revokeEpisode } from "./revoke.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { bytesOf, sampleRecord } from "./testing/records.ts";

type Person = Awaited<ReturnType<TestPlatform["person"]>>;
type Uploader = Awaited<ReturnType<TestPlatform["uploader"]>>;

let platform: TestPlatform;
let moderator: Person;
let uploader: Uploader;
let counter = 0;
beforeAll(async () => {
  platform = await testPlatform({ releasePolicy: "review_all" });
  moderator = await platform.person("moderator@example.org", "moderator");
  uploader = await platform.uploader("contributor@example.org");
});
afterAll(() => platform.close());

/** A fresh episode that waits in quarantine. */
async function quarantined(): Promise<string> {
  const record = sampleRecord({ session: `moderated-${counter++}`, prompt: `Case number ${counter}` });
  await ingest(platform.deps, uploader, { bytes: bytesOf(record) });
  await platform.settle();
  return record.id;
}

async function published(): Promise<string> {
  const episodeId = await quarantined();
  await claimEpisode(platform.deps, moderator, { episodeId });
  await approveEpisode(platform.deps, moderator, { episodeId });
  return episodeId;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : Promise.reject(error)),
  );
}

describe("moderation", () => {
  it("holds every upload until somebody approves it, where the policy says so", async () => {
    const { deps } = platform;
    const episodeId = await quarantined();
    expect(await readVisibility(deps, episodeId)).toBe("unknown");
    expect((await readQueue(deps, moderator)).waiting.map((row) => row.id)).toContain(episodeId);
    await claimEpisode(deps, moderator, { episodeId });
    await approveEpisode(deps, moderator, { episodeId });
    expect(await readVisibility(deps, episodeId)).toBe("public");
  });

  it("is refused to contributors and strangers", async () => {
    const { deps } = platform;
    const episodeId = await quarantined();
    const contributor = await platform.person("contributor@example.org");
    expect(await codeOf(claimEpisode(deps, contributor, { episodeId }))).toBe("forbidden");
    expect(await codeOf(readQueue(deps, { kind: "anonymous" }))).toBe("unauthenticated");
    expect(await codeOf(readReview(deps, contributor, { episodeId }))).toBe("forbidden");
  });

  it("lets one person decide what another has claimed by no road", async () => {
    const { deps } = platform;
    const episodeId = await quarantined();
    const second = await platform.person("second@example.org", "moderator");
    await claimEpisode(deps, moderator, { episodeId });
    expect(await codeOf(approveEpisode(deps, second, { episodeId }))).toBe("forbidden");
    expect(await codeOf(claimEpisode(deps, second, { episodeId }))).toBe("illegal_transition");
  });

  it("keeps a rejected slot closed", async () => {
    const { deps } = platform;
    const record = sampleRecord({ session: "rejected", prompt: "Rejected words" });
    await ingest(deps, uploader, { bytes: bytesOf(record) });
    await platform.settle();
    await claimEpisode(deps, moderator, { episodeId: record.id });
    await rejectEpisode(deps, moderator, { episodeId: record.id, reason: "spam" });
    const again = sampleRecord({ session: "rejected", prompt: "Other words" });
    expect(await codeOf(ingest(deps, uploader, { bytes: bytesOf(again) }))).toBe("slot_refused");
    expect(await readVisibility(deps, record.id)).toBe("unknown");
  });

  it("hides and shows again, takes down and restores, with one answer to the public", async () => {
    const { deps } = platform;
    const episodeId = await published();
    await hideEpisode(deps, moderator, { episodeId, reason: "precaution" });
    expect(await readVisibility(deps, episodeId)).toBe("gone");
    await unhideEpisode(deps, moderator, { episodeId });
    expect(await readVisibility(deps, episodeId)).toBe("public");
    await takeDownEpisode(deps, moderator, { episodeId, reason: "copyright" });
    expect(await readVisibility(deps, episodeId)).toBe("gone");
    await restoreEpisode(deps, moderator, { episodeId });
    expect(await readVisibility(deps, episodeId)).toBe("public");
    await takeDownEpisode(deps, moderator, { episodeId, reason: "legal_order" });
    expect(await readVisibility(deps, episodeId)).toBe("legally_withheld");
  });

  it("refuses an unknown reason", async () => {
    const episodeId = await published();
    const { deps } = platform;
    expect(await codeOf(takeDownEpisode(deps, moderator, { episodeId, reason: "because" }))).toBe(
      "input_invalid",
    );
  });

  it("can't bring back what its contributor withdrew", async () => {
    const { deps } = platform;
    const episodeId = await published();
    await takeDownEpisode(deps, moderator, { episodeId, reason: "copyright" });
    await revokeEpisode(deps, uploader, { episodeId });
    expect(await codeOf(restoreEpisode(deps, moderator, { episodeId }))).not.toBe("done");
    expect(await readVisibility(deps, episodeId)).toBe("gone");
  });

  it("leaves rows that their events rebuild", async () => {
    const { deps } = platform;
    const episodeId = await published();
    await hideEpisode(deps, moderator, { episodeId, reason: "precaution" });
    await revokeEpisode(deps, uploader, { episodeId });
    await platform.settle();
    const row = await deps.store.episodes.byId(episodeId);
    expect(replay(await deps.store.episodes.log(episodeId))).toEqual(row?.lifecycle);
  });
});

describe("reports", () => {
  const report = (episodeId: string) =>
    ({
      episodeId,
      category: "personal_data_other",
      step: 2,
      message: "Somebody's name stands here.",
      contact: null,
    }) as const;

  it("join one open case, each with a receipt, and hear the decision with its reasons", async () => {
    const { deps } = platform;
    const episodeId = await published();
    const first = await submitReport(deps, report(episodeId));
    const second = await submitReport(deps, report(episodeId));
    expect(second.number).toBe(first.number);
    expect(second.receipt).not.toBe(first.receipt);
    const open = (await readQueue(deps, moderator)).cases.find((entry) => entry.number === first.number);
    if (!open) throw new Error("the case is in the queue");
    await claimCase(deps, moderator, { caseId: open.id });
    await decideCase(deps, moderator, {
      caseId: open.id,
      outcome: "take_down",
      reason: "personal_data",
      statement: "A name stood in step 2.",
    });
    expect(await readVisibility(deps, episodeId)).toBe("gone");
    expect(await readReport(deps, second.receipt)).toMatchObject({
      state: "notified",
      outcome: "take_down",
      statement: "A name stood in step 2.",
    });
    expect((await readCase(deps, moderator, { caseId: open.id })).reports).toHaveLength(2);
  });

  it("of an unknown or withdrawn episode are refused", async () => {
    const { deps } = platform;
    expect(await codeOf(submitReport(deps, report("0".repeat(64))))).toBe("not_found");
    const episodeId = await published();
    await revokeEpisode(deps, uploader, { episodeId });
    expect(await codeOf(submitReport(deps, report(episodeId)))).toBe("gone");
  });

  it("never let a statement with a secret out", async () => {
    const { deps } = platform;
    const episodeId = await published();
    const { number } = await submitReport(deps, report(episodeId));
    const open = (await readQueue(deps, moderator)).cases.find((entry) => entry.number === number);
    if (!open) throw new Error("the case is in the queue");
    await claimCase(deps, moderator, { caseId: open.id });
    const statement = `It held ghp_${"A1b2C3d4E5f6G7h8I9j0".repeat(2).slice(0, 36)}`;
    const decision = { caseId: open.id, outcome: "no_action", reason: null, statement } as const;
    expect(await codeOf(decideCase(deps, moderator, decision))).toBe("sanitizer_finding");
  });

  it("block a release only once a person has taken the case", async () => {
    const { deps } = platform;
    const episodeId = await published();
    await submitReport(deps, report(episodeId));
    expect(await deps.store.cases.countBlocking(episodeId)).toBe(0);
    const [open] = await deps.store.cases.openOf(episodeId);
    if (!open) throw new Error("the case is open");
    await claimCase(deps, moderator, { caseId: open.id });
    expect(await deps.store.cases.countBlocking(episodeId)).toBe(1);
  });
});
