import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { at, openStoreFixture, type StoreFixture } from "#db/testing/store-fixture.ts";
import { AppError } from "#lib/domain/errors.ts";

let fixture: StoreFixture;
beforeAll(async () => {
  fixture = await openStoreFixture();
});
afterAll(() => fixture.close());

test("staged bodies and uploads keep every byte", async () => {
  const { id, account } = await fixture.insert();
  const body = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
  const before = await fixture.store.staging.bytes();
  await fixture.store.staging.put(id, body, "digest");
  const staged = await fixture.store.staging.get(id);
  expect(Buffer.compare(staged?.body ?? new Uint8Array(), body)).toBe(0);
  expect((await fixture.store.staging.bytes()) - before).toBe(70_000);
  await fixture.store.staging.drop(id);
  expect(await fixture.store.staging.get(id)).toBeNull();
  const grant = {
    capabilityHash: fixture.hex64(),
    objectKey: "k",
    account,
    tokenId: null,
    declaredId: fixture.hex64(),
  };
  const open = {
    ...grant,
    contentHash: fixture.hex64(),
    expiresAt: at,
    body: null,
    bodySha256: null,
    announced: { bytes: 70_000, sha256: fixture.hex64() },
    inBucket: false,
    accepted: false,
  };
  await fixture.store.uploads.insert(open);
  await fixture.store.uploads.setBody(open.capabilityHash, body, "digest");
  const found = await fixture.store.uploads.lockByObjectKey(account, "k");
  expect(found?.body?.length).toBe(70_000);
  await fixture.store.uploads.finish(open.capabilityHash, { bodySha256: "digest", accepted: true });
  // of two that end at the same time the refused one changes nothing
  await fixture.store.uploads.finish(open.capabilityHash, { bodySha256: "other", accepted: false });
  expect(await fixture.store.uploads.lockByCapability(open.capabilityHash)).toEqual({
    ...open,
    bodySha256: "digest",
    accepted: true,
  });
  expect(await fixture.store.uploads.removeExpired(at)).toBe(0);
  expect(await fixture.store.uploads.removeExpired(new Date(at.getTime() + 1))).toBe(1);
});

test("a tombstone is found by id or by slot, in its account only, and never weakened", async () => {
  const [account, other] = [await fixture.newAccount(), randomUUID()];
  const [declaredId, slot] = [fixture.hex64(), fixture.hex64()];
  const withdrawn = { account, declaredId, slot, publicId: null, kind: "withdrawn" as const, at };
  await fixture.store.tombstones.insert({ ...withdrawn, kind: "superseded", slot: null });
  expect(await fixture.store.tombstones.find(account, { declaredId, slot })).toBeNull();
  await fixture.store.tombstones.insert(withdrawn);
  await fixture.store.tombstones.insert({ ...withdrawn, kind: "taken_down", slot: null });
  expect(await fixture.store.tombstones.find(account, { declaredId, slot: null })).toEqual(withdrawn);
  expect(await fixture.store.tombstones.find(account, { declaredId: fixture.hex64(), slot })).toEqual(
    withdrawn,
  );
  expect(
    await fixture.store.tombstones.find(account, { declaredId: fixture.hex64(), slot: null }),
  ).toBeNull();
  expect(await fixture.store.tombstones.find(other, { declaredId, slot })).toBeNull();
  // the never-forget log may name an account that this database has not seen
  await fixture.store.tombstones.insert({ ...withdrawn, account: other });
  expect(await fixture.store.tombstones.find(other, { declaredId, slot })).not.toBeNull();
});

test("the deny-list is numbered without gaps, whoever writes at once", async () => {
  const head = await fixture.store.denyList.head();
  const [a, b] = [fixture.hex64(), fixture.hex64()];
  await fixture.store.denyList.append(a, true, "2026-03-04");
  const doomed = fixture.store.transaction(async (tx) => {
    await tx.denyList.append(b, true, "2026-03-04");
    throw new AppError("paused");
  });
  await expect(doomed).rejects.toMatchObject({ code: "paused" });
  await Promise.all([
    fixture.store.denyList.append(a, false, "2026-03-05"),
    fixture.store.denyList.append(b, true, "2026-03-05"),
  ]);
  const everything = { since: "", over: "9999-12-31", covered: 0 };
  expect(await fixture.store.denyList.page(everything, 10)).toEqual({
    rows: [
      { episodeId: a, listed: true, day: "2026-03-04" },
      { episodeId: a, listed: false, day: "2026-03-05" },
      { episodeId: b, listed: true, day: "2026-03-05" },
    ],
    more: false,
  });
  // a page ends with a day, never inside one
  const first = await fixture.store.denyList.page(everything, 1);
  expect(first).toMatchObject({ rows: [{ day: "2026-03-04" }], more: true });
  const early = await fixture.store.denyList.page(
    { ...everything, over: "2026-03-04", covered: head + 2 },
    10,
  );
  expect(early.rows).toHaveLength(2);
  expect(await fixture.store.denyList.head()).toBe(head + 3);
  expect([await fixture.store.denyList.isListed(a), await fixture.store.denyList.isListed(b)]).toEqual([
    false,
    true,
  ]);
});
