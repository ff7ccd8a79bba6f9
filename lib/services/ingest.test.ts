import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "#lib/domain/errors.ts";
import { SearchQuery } from "#lib/domain/search/query.ts";
import { ingest } from "./ingest.ts";
import { readEpisode, readVisibility } from "./read-episode.ts";
import { revokeEpisode } from "./revoke.ts";
import { searchEpisodes } from "./search.ts";
import { setPaused } from "./pause.ts";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { completeUpload, presignUpload, putUpload } from "./uploads.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { bytesOf, sampleRecord } from "./testing/records.ts";

let platform: TestPlatform;
beforeAll(async () => {
  platform = await testPlatform();
});
afterAll(() => platform.close());

/** The code that a refusal carries; anything else is a test fault. */
async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "accepted",
    (error: unknown) => {
      if (error instanceof AppError) return error.code;
      throw error;
    },
  );
}

describe("ingest", () => {
  it("stores, screens, publishes and projects an upload", async () => {
    const { deps } = platform;
    const actor = await platform.uploader("store@example.org");
    const record = sampleRecord({ contributor: "store", prompt: "Repair the quixotic tokenizer" });
    const { receipt, created } = await ingest(deps, actor, { bytes: bytesOf(record) });
    expect(created).toBe(true);
    expect(receipt.episode_id).toBe(record.id);
    await platform.settle();
    const { episode } = await readEpisode(deps, record.id);
    expect(episode.task.prompt).toBe("Repair the quixotic tokenizer");
    const found = await searchEpisodes(deps, SearchQuery.parse({ text: "quixotic" }));
    expect(found.items.map((item) => item.id)).toEqual([record.id]);
    const row = await deps.store.episodes.byId(record.id);
    expect(row?.object).not.toBeNull();
    // the copy goes after a second look, an hour later (store-body.test.ts)
    expect((await deps.store.staging.get(record.id))?.storedAt).not.toBeNull();
  });

  it("answers the same upload again with the same receipt, also from fifty at once", async () => {
    const { deps } = platform;
    const actor = await platform.uploader("again@example.org");
    const bytes = bytesOf(sampleRecord({ contributor: "again" }));
    const all = await Promise.all(Array.from({ length: 50 }, () => ingest(deps, actor, { bytes })));
    expect(all.filter((answer) => answer.created)).toHaveLength(1);
    expect(new Set(all.map((answer) => JSON.stringify(answer.receipt))).size).toBe(1);
  });

  it("supersedes the older upload of a slot and answers the old id as gone", async () => {
    const { deps } = platform;
    const actor = await platform.uploader("slot@example.org");
    const older = sampleRecord({ contributor: "slot", prompt: "First words" });
    const newer = sampleRecord({ contributor: "slot", prompt: "Better redacted words" });
    await ingest(deps, actor, { bytes: bytesOf(older) });
    await platform.settle();
    await ingest(deps, actor, { bytes: bytesOf(newer) });
    await platform.settle();
    expect(await readVisibility(deps, older.id)).toBe("gone");
    expect(await readVisibility(deps, newer.id)).toBe("public");
  });

  it("takes the same record from two accounts without either blocking the other", async () => {
    const { deps } = platform;
    const bytes = bytesOf(sampleRecord({ contributor: "twice" }));
    const first = await ingest(deps, await platform.uploader("first@example.org"), { bytes });
    const second = await ingest(deps, await platform.uploader("second@example.org"), { bytes });
    expect(first.receipt.episode_id).toBe(second.receipt.episode_id);
    expect(first.receipt.public_id).not.toBe(second.receipt.public_id);
  });

  it("refuses a record that still holds a secret, and keeps nothing of it", async () => {
    const { deps } = platform;
    const actor = await platform.uploader("secret@example.org");
    const secret = `ghp_${"A1b2C3d4E5f6G7h8I9j0".repeat(2).slice(0, 36)}`;
    const record = sampleRecord({ contributor: "secret", prompt: `Use ${secret} to log in` });
    const error = await ingest(deps, actor, { bytes: bytesOf(record) }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(String(error) + JSON.stringify(error)).not.toContain(secret);
    expect(await deps.store.episodes.byId(record.id)).toBeNull();
    expect(await deps.store.staging.get(record.id)).toBeNull();
  });

  it("puts a session and what was started from it into one split group, in whatever order they arrive", async () => {
    const { deps } = platform;
    const actor = await platform.uploader("family@example.org");
    const family = ["root", "child", "grandchild"].map((session, index, names) =>
      sampleRecord({
        contributor: "family",
        session,
        ...(index > 0 ? { parent: names[index - 1] ?? "" } : {}),
      }),
    );
    const [root, child, grandchild] = family;
    if (!root || !child || !grandchild) throw new Error("three records");
    for (const record of [grandchild, child, root]) await ingest(deps, actor, { bytes: bytesOf(record) });
    const roots = await Promise.all(
      family.map(async ({ id }) => (await deps.store.episodes.byId(id))?.groupRoot),
    );
    expect(new Set(roots)).toEqual(new Set([root.session.key]));
  });

  it("refuses uploads while paused and takes them afterwards", async () => {
    const { deps } = platform;
    const actor = await platform.uploader("paused@example.org");
    const bytes = bytesOf(sampleRecord({ contributor: "paused" }));
    await setPaused(deps, OPERATOR, { paused: true });
    expect(await codeOf(ingest(deps, actor, { bytes }))).toBe("paused");
    await setPaused(deps, OPERATOR, { paused: false });
    expect(await codeOf(ingest(deps, actor, { bytes }))).toBe("accepted");
  });

  it("needs a token with the scope", async () => {
    const actor = await platform.uploader("scope@example.org");
    const bytes = bytesOf(sampleRecord({ contributor: "scope" }));
    expect(await codeOf(ingest(platform.deps, { ...actor, scopes: ["read"] }, { bytes }))).toBe(
      "scope_missing",
    );
    expect(await codeOf(ingest(platform.deps, { kind: "anonymous" }, { bytes }))).toBe("unauthenticated");
  });
});

describe("revocation", () => {
  it("is in force at commit on every read path, and then deletes bytes and index entry", async () => {
    const { deps } = platform;
    const actor = await platform.uploader("revoke@example.org");
    const record = sampleRecord({ contributor: "revoke", prompt: "Find the mercurial leak" });
    await ingest(deps, actor, { bytes: bytesOf(record) });
    await platform.settle();
    const receipt = await revokeEpisode(deps, actor, { episodeId: record.id });
    expect(await codeOf(readEpisode(deps, record.id))).toBe("gone");
    expect((await searchEpisodes(deps, SearchQuery.parse({ text: "mercurial" }))).items).toEqual([]);
    await platform.settle();
    const row = await deps.store.episodes.byId(record.id);
    expect(row?.lifecycle.state).toBe("erased");
    expect(row?.title).toBe("");
    expect(row?.contentHash).toBe("");
    expect(await deps.objects.get(`episodes/${record.id.slice(0, 2)}/${record.id}.json.zst`)).toBeNull();
    expect(await revokeEpisode(deps, actor, { episodeId: record.id })).toEqual(receipt);
  });

  it("keeps its slot closed for ever", async () => {
    const { deps } = platform;
    const actor = await platform.uploader("closed@example.org");
    const record = sampleRecord({ contributor: "closed" });
    await ingest(deps, actor, { bytes: bytesOf(record) });
    await revokeEpisode(deps, actor, { episodeId: record.id });
    expect(await codeOf(ingest(deps, actor, { bytes: bytesOf(record) }))).toBe("withdrawn");
    const newer = sampleRecord({ contributor: "closed", prompt: "Other words" });
    expect(await codeOf(ingest(deps, actor, { bytes: bytesOf(newer) }))).toBe("withdrawn");
  });

  it("of an older id of a chain withdraws the one that lives now", async () => {
    const { deps } = platform;
    const actor = await platform.uploader("chain@example.org");
    const older = sampleRecord({ contributor: "chain", prompt: "First" });
    const newer = sampleRecord({ contributor: "chain", prompt: "Second" });
    await ingest(deps, actor, { bytes: bytesOf(older) });
    await ingest(deps, actor, { bytes: bytesOf(newer) });
    await platform.settle();
    await revokeEpisode(deps, actor, { episodeId: older.id });
    expect(await readVisibility(deps, newer.id)).toBe("gone");
    await platform.settle();
    expect((await deps.store.episodes.byId(older.id))?.contentHash).toBe("");
  });

  it("of an id not seen yet is kept, answered like a foreign one, and refuses the later upload", async () => {
    const { deps } = platform;
    const actor = await platform.uploader("early@example.org");
    const other = await platform.uploader("stranger@example.org");
    const record = sampleRecord({ contributor: "early" });
    expect(await codeOf(revokeEpisode(deps, actor, { episodeId: record.id }))).toBe("not_found");
    expect(await codeOf(ingest(deps, actor, { bytes: bytesOf(record) }))).toBe("withdrawn");
    const foreign = sampleRecord({ contributor: "foreign" });
    await ingest(deps, other, { bytes: bytesOf(foreign) });
    await platform.settle();
    expect(await codeOf(revokeEpisode(deps, actor, { episodeId: foreign.id }))).toBe("not_found");
    expect(await readVisibility(deps, foreign.id)).toBe("public");
  });

  it("by a shared token hides only what that token uploaded", async () => {
    const { deps } = platform;
    const shared = await platform.uploader("team@example.org", { shared: true });
    const record = sampleRecord({ contributor: "team" });
    await ingest(deps, shared, { bytes: bytesOf(record) });
    await platform.settle();
    expect((await deps.store.episodes.byId(record.id))?.reviewReasons).toContain("shared_token");
    await revokeEpisode(deps, shared, { episodeId: record.id });
    expect((await deps.store.episodes.byId(record.id))?.legalHold).toBe(true);
  });
});

describe("presigned uploads", () => {
  it("are accepted once, repeated with the same answer, and refuse other bytes", async () => {
    const { deps } = platform;
    const actor = await platform.uploader("presign@example.org");
    const record = sampleRecord({ contributor: "presign" });
    const announced = { episode_id: record.id, content_hash: record.content_hash };
    const grant = await presignUpload(deps, actor, { ...announced, content_type: "application/json" });
    const capability = grant.upload_url.slice(grant.upload_url.lastIndexOf("/") + 1);
    const complete = () => completeUpload(deps, actor, { ...announced, object_key: grant.object_key });
    expect(await codeOf(complete())).toBe("upload_incomplete");
    await putUpload(deps, { capability, bytes: bytesOf(record) });
    await putUpload(deps, { capability, bytes: bytesOf(record) });
    expect(await codeOf(putUpload(deps, { capability, bytes: bytesOf({}) }))).toBe("upload_conflict");
    const first = await complete();
    const second = await complete();
    expect(first.created).toBe(true);
    expect(second).toEqual({ ...first, created: false });
  });

  it("keep nothing of a body that is not the announced episode", async () => {
    const { deps } = platform;
    const actor = await platform.uploader("swap@example.org");
    const record = sampleRecord({ contributor: "swap" });
    const other = sampleRecord({ contributor: "swap", prompt: "Something else" });
    const announced = { episode_id: record.id, content_hash: record.content_hash };
    const grant = await presignUpload(deps, actor, { ...announced, content_type: "application/json" });
    const capability = grant.upload_url.slice(grant.upload_url.lastIndexOf("/") + 1);
    await putUpload(deps, { capability, bytes: bytesOf(other) });
    expect(await codeOf(completeUpload(deps, actor, { ...announced, object_key: grant.object_key }))).toBe(
      "upload_mismatch",
    );
    expect(await deps.store.episodes.byId(other.id)).toBeNull();
    const left = await deps.store.transaction((tx) =>
      tx.uploads.lockByObjectKey(actor.userId, grant.object_key),
    );
    expect(left?.body).toBeNull();
  });
});
