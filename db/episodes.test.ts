import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { at, byRule, openStoreFixture, type StoreFixture } from "#db/testing/store-fixture.ts";
import { RECEIVED, transition } from "#lib/domain/lifecycle/episode-states.ts";

let fixture: StoreFixture;
beforeAll(async () => {
  fixture = await openStoreFixture();
});
afterAll(() => fixture.close());

test("an episode comes back as it went in, with an empty lifecycle", async () => {
  const row = await fixture.newEpisode({ slot: fixture.hex64() });
  await fixture.store.episodes.insert(row);
  const expected = {
    ...row,
    lifecycle: RECEIVED,
    scan: null,
    object: null,
    legalHold: false,
    reviewReasons: [],
    version: 0,
  };
  expect(await fixture.store.episodes.byId(row.id)).toEqual(expected);
  expect(await fixture.store.episodes.byDeclaredId(row.account, row.declaredId)).toEqual(expected);
  expect(await fixture.store.episodes.byDeclaredId(await fixture.newAccount(), row.declaredId)).toBeNull();
  expect(await fixture.store.episodes.byDeclaredId("nobody", row.declaredId)).toBeNull();
});

test("an event and its row are written together, and a stale writer is refused", async () => {
  const before = await fixture.insert();
  const after = await fixture.apply(before, { type: "screened" });
  expect(after).toMatchObject({ version: 1, lifecycle: { state: "quarantined" } });
  await expect(fixture.apply(before, { type: "invalid", reason: "malformed" })).rejects.toMatchObject({
    code: "version_conflict",
  });
  expect(await fixture.store.episodes.byId(before.id)).toEqual(after);
  expect(await fixture.store.episodes.log(before.id)).toMatchObject([
    { type: "screened", from: "received", to: "quarantined", at, actor: "rule" },
  ]);
});

test("one declared id per account, one live episode per slot", async () => {
  const slot = fixture.hex64();
  const first = await fixture.insert({ slot });
  const { account } = first;
  const twin = await fixture.newEpisode({ account, declaredId: first.declaredId });
  await expect(fixture.store.episodes.insert(twin)).rejects.toMatchObject({ code: "already_exists" });
  const rival = await fixture.newEpisode({ account, slot });
  await expect(fixture.store.episodes.insert(rival)).rejects.toMatchObject({ code: "already_exists" });
  await fixture.apply(first, { type: "superseded" }, { ...byRule, actor: "contributor" });
  await fixture.store.episodes.insert(rival);
  expect(await fixture.store.transaction((tx) => tx.episodes.lockLiveBySlot(account, slot))).toMatchObject({
    id: rival.id,
  });
});

test("the event head stays below an event that is still on its way", async () => {
  const [slow, fast] = [await fixture.insert(), await fixture.insert()];
  const head = await fixture.store.episodes.eventHead();
  let finish = () => {};
  const waiting = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let started = () => {};
  const written = new Promise<void>((resolve) => {
    started = resolve;
  });
  const slowWriter = fixture.store.transaction(async (tx) => {
    const step = transition(slow.lifecycle, { type: "screened" }, byRule);
    if (step.ok) await tx.episodes.apply(slow, { type: "screened" }, step.next, byRule);
    started();
    await waiting;
  });
  await written;
  await fixture.apply(fast, { type: "screened" });
  expect(await fixture.store.episodes.eventHead()).toBe(head);
  finish();
  await slowWriter;
  expect(await fixture.store.episodes.eventHead()).toBe(head + 2);
});

test("only published rows are summarised, in the order asked for", async () => {
  const [a, b] = [await fixture.published(), await fixture.published()];
  const hidden = await fixture.apply(await fixture.published(), { type: "hidden", reason: "report" });
  const received = await fixture.insert();
  const summaries = await fixture.store.episodes.publicSummaries([
    b.id,
    hidden.id,
    received.id,
    a.id,
    fixture.hex64(),
  ]);
  expect(summaries.map((summary) => summary.id)).toEqual([b.id, a.id]);
  expect(summaries[0]).not.toHaveProperty("account");
  expect(summaries[0]).not.toHaveProperty("sessionKey");
  expect(await fixture.store.episodes.publicSummaries([])).toEqual([]);
});

test("streams give every row once, in id order, however many there are", async () => {
  const account = await fixture.newAccount();
  const rows = await Promise.all(
    Array.from({ length: 603 }, () => fixture.newEpisode({ account, sourceTool: "stream" })),
  );
  await fixture.store.transaction(async (tx) => {
    for (const row of rows) await tx.episodes.insert(row);
  });
  const seen: string[] = [];
  for await (const id of fixture.store.episodes.idsByState(["received"])) seen.push(id);
  expect(seen).toEqual([...new Set(seen)].sort());
  expect(rows.every((row) => seen.includes(row.id))).toBe(true);
  const own = await fixture.store.episodes.listOwn(account, { limit: 5 });
  expect(own).toHaveLength(5);
});

test("a scan, its findings and their dismissal", async () => {
  const episode = await fixture.insert();
  const finding = { rule: "email", kind: "personal", path: "$.steps[2].text", start: 4, end: 9 } as const;
  await fixture.store.episodes.setScan(
    episode.id,
    { rulesVersion: "7", openFindings: 1 },
    [finding],
    ["findings"],
  );
  await fixture.store.episodes.setScan(
    episode.id,
    { rulesVersion: "7", openFindings: 2 },
    [finding, finding],
    ["findings"],
  );
  expect(await fixture.store.episodes.findings(episode.id)).toEqual([finding, finding]);
  await fixture.store.episodes.resolveFindings(episode.id);
  expect(await fixture.store.episodes.findings(episode.id)).toEqual([]);
  expect(await fixture.store.episodes.byId(episode.id)).toMatchObject({
    scan: { rulesVersion: "7", openFindings: 0 },
    reviewReasons: ["findings"],
  });
});

test("forgetting the content leaves identity, events and hashes", async () => {
  const episode = await fixture.insert({ title: "words", promptPreview: "more words" });
  await fixture.store.episodes.forgetContent(episode.id);
  const after = await fixture.store.episodes.byId(episode.id);
  expect(after).toMatchObject({
    title: "",
    promptPreview: "",
    model: null,
    tools: [],
    languages: [],
    errorKinds: [],
  });
  expect(after).toMatchObject({ declaredId: episode.declaredId, receivedSha256: episode.receivedSha256 });
});

test("counts by state, of releases and of a token's hides", async () => {
  const account = await fixture.newAccount();
  const tokenId = randomUUID();
  const token = { id: tokenId, userId: account, name: "ci", scopes: ["read" as const], shared: true };
  const times = { createdAt: at, expiresAt: at, lastUsedAt: null, revokedAt: null };
  await fixture.store.tokens.insert({ ...token, ...times, hash: fixture.hex64() });
  await fixture.apply(await fixture.published({ account, tokenId }), { type: "hidden", reason: "unproven" });
  await fixture.published({ account, tokenId });
  await fixture.insert({ account });
  expect(await fixture.store.episodes.countReleased(account)).toBe(2);
  expect(await fixture.store.episodes.countHidden({ tokenId, reason: "unproven" })).toBe(1);
  expect(await fixture.store.episodes.countHidden({ tokenId, reason: "other" })).toBe(0);
  expect((await fixture.store.episodes.countByState()).hidden).toBeGreaterThan(0);
});
