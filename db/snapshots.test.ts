import { afterAll, beforeAll, expect, test } from "vitest";
import { at, byRule, openStoreFixture, plainSnapshot, type StoreFixture } from "#db/testing/store-fixture.ts";
import type { Snapshot } from "#lib/ports/snapshots.ts";

let fixture: StoreFixture;
beforeAll(async () => {
  fixture = await openStoreFixture();
});
afterAll(() => fixture.close());

test("a snapshot freezes its list; the build decides who is in it", async () => {
  const [train, left, val] = [
    await fixture.published(),
    await fixture.published(),
    await fixture.published(),
  ];
  const draft = plainSnapshot();
  const ids = [train.id, left.id, val.id];
  await fixture.store.snapshots.insert(draft, ids);
  await fixture.store.snapshots.setMembers(draft.id, [
    { episodeId: train.id, split: "train" },
    { episodeId: val.id, split: "val" },
    { episodeId: fixture.hex64(), split: "val" },
  ]);
  const members: unknown[] = [];
  for await (const member of fixture.store.snapshots.members(draft.id)) members.push(member);
  expect(members).toEqual([
    { episodeId: train.id, split: "train" },
    { episodeId: left.id, split: null },
    { episodeId: val.id, split: "val" },
  ]);
  const frozen: string[] = [];
  for await (const id of fixture.store.snapshots.memberIds(draft.id)) frozen.push(id);
  expect(frozen).toEqual(ids);
  const locked = await fixture.store.transaction(async (tx) =>
    (await Array.fromAsync(tx.snapshots.lockMembers(draft.id))).flat(),
  );
  expect(locked.map((member) => member.id)).toEqual([train.id, val.id]);
  await fixture.apply(val, { type: "hidden", reason: "report" });
  await fixture.apply(left, { type: "hidden", reason: "report" });
  expect(await fixture.store.snapshots.withdrawnMembers(draft.id)).toEqual([
    {
      id: val.id,
      split: "val",
      disclosure: "raw",
      legal: false,
      reason: "report",
      leftAt: byRule.at,
      reportedFor: [],
    },
  ]);
  expect(await fixture.store.snapshots.containing(val.id)).toEqual([]);
  const manifest = { zebra: 1, apple: { 2: "b", 1: "a" } };
  const next: Snapshot = { ...draft, state: "published", manifest, publishedAt: at };
  await fixture.store.snapshots.apply(draft, "published", next, byRule);
  await expect(fixture.store.snapshots.apply(draft, "published", next, byRule)).rejects.toMatchObject({
    code: "version_conflict",
  });
  const kept = { ...next, revision: 1 };
  expect(await fixture.store.snapshots.byVersion(draft.version)).toEqual(kept);
  expect(Object.keys((await fixture.store.snapshots.byId(draft.id))?.manifest ?? {})).toEqual([
    "zebra",
    "apple",
  ]);
  expect(await fixture.store.snapshots.containing(val.id)).toEqual([kept]);
  expect(await fixture.store.snapshots.containing(left.id)).toEqual([]);
  expect(await fixture.store.snapshots.log(draft.id)).toMatchObject([
    { event: "published", from: "draft", to: "published" },
  ]);
  const file = {
    name: "manifest.json" as const,
    bytes: 10,
    sha256: "a",
    contentSha256: "a",
    rows: null,
    objectKey: "k",
  };
  await fixture.store.snapshots.setFiles(draft.id, [file]);
  await fixture.store.snapshots.setFiles(draft.id, [file]);
  expect(await fixture.store.snapshots.files(draft.id)).toEqual([file]);
});

test("an external snapshot is registered once per account and version", async () => {
  const base = { version: "x", objectPrefix: "p", createdAt: at, manifest: { b: 1, a: 2 }, checksums: "c" };
  const entry = { ...base, account: await fixture.newAccount(), files: [], dataCard: "card" };
  expect(await fixture.store.snapshots.register(entry)).toBe("created");
  expect(await fixture.store.snapshots.register(entry)).toBe("exists");
  expect(await fixture.store.snapshots.register({ ...entry, account: await fixture.newAccount() })).toBe(
    "created",
  );
  expect(await fixture.store.snapshots.external("x", entry.account)).toEqual(entry);
});
