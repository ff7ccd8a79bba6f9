import { afterAll, beforeAll, expect, test } from "vitest";
import { at, byRule, openStoreFixture, plainCase, type StoreFixture } from "#db/testing/store-fixture.ts";
import type { Case } from "#lib/ports/cases.ts";

let fixture: StoreFixture;
beforeAll(async () => {
  fixture = await openStoreFixture();
});
afterAll(() => fixture.close());

test("a case counts while it is open, and its reports find it", async () => {
  const episode = await fixture.published();
  const number = await fixture.store.cases.nextNumber(2026);
  const entry = plainCase({ number, episodeId: episode.id });
  await fixture.store.cases.insert(entry);
  expect(entry.number).toMatch(/^TD-2026-\d{6}$/);
  expect(await fixture.store.cases.nextNumber(2026)).not.toBe(entry.number);
  const report = {
    receiptHash: fixture.hex64(),
    caseId: entry.id,
    step: 3,
    message: "look",
    contact: null,
    at,
  };
  await fixture.store.cases.addReport(report);
  expect(await fixture.store.cases.byReceipt(report.receiptHash)).toEqual({ case: entry, report });
  expect(await fixture.store.cases.lockOpen(episode.id, "credential")).toEqual(entry);
  expect(await fixture.store.cases.countBlocking(episode.id)).toBe(1);
  expect(await fixture.store.cases.list({ open: true, limit: 9 })).toEqual([{ ...entry, reports: 1 }]);
  const moot: Case = { ...entry, state: "moot" };
  await fixture.store.cases.apply(entry, "moot", moot, byRule);
  await expect(fixture.store.cases.apply(entry, "moot", moot, byRule)).rejects.toMatchObject({
    code: "version_conflict",
  });
  expect(await fixture.store.cases.countBlocking(episode.id)).toBe(0);
  expect(await fixture.store.cases.openOf(episode.id)).toEqual([]);
  expect(await fixture.store.cases.log(entry.id)).toEqual([
    { event: "moot", from: "submitted", to: "moot", actor: "rule", at },
  ]);
  expect(await fixture.store.cases.byId("garbage")).toBeNull();
});
