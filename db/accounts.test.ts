import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { at, openStoreFixture, type StoreFixture } from "#db/testing/store-fixture.ts";

let fixture: StoreFixture;
beforeAll(async () => {
  fixture = await openStoreFixture();
});
afterAll(() => fixture.close());

test("accounts: one per address, roles in the order of the list", async () => {
  const email = `${randomUUID()}@example.org`;
  const made = await Promise.all([
    fixture.store.accounts.ensure(` ${email.toUpperCase()}`),
    fixture.store.accounts.ensure(email),
  ]);
  expect(made[0]?.id).toBe(made[1]?.id);
  const id = made[0]?.id ?? "";
  await fixture.store.accounts.grantRole(id, "admin");
  await fixture.store.accounts.grantRole(id, "moderator");
  await fixture.store.accounts.grantRole(id, "moderator");
  expect((await fixture.store.accounts.byEmail(email))?.roles).toEqual(["contributor", "moderator", "admin"]);
  const holders = await fixture.store.accounts.countWithAnyRole(["moderator", "admin"]);
  expect(holders).toBe(await fixture.store.accounts.countWithAnyRole(["admin"]));
  await fixture.store.accounts.revokeRole(id, "contributor");
  expect((await fixture.store.accounts.ensure(email)).roles).toEqual(["moderator", "admin"]);
  expect(await fixture.store.accounts.byId("garbage")).toBeNull();
});

test("tokens are found by hash, revoked once, and never give their hash back", async () => {
  const userId = await fixture.newAccount();
  const base = { id: randomUUID(), userId, name: "laptop", scopes: ["read" as const], shared: false };
  const token = { ...base, createdAt: at, expiresAt: at, lastUsedAt: null, revokedAt: null };
  const hash = fixture.hex64();
  await fixture.store.tokens.insert({ ...token, hash });
  expect(await fixture.store.tokens.byHash(hash)).toEqual(token);
  await fixture.store.tokens.touch(token.id, at);
  expect(await fixture.store.tokens.revoke(token.id, at)).toBe(true);
  expect(await fixture.store.tokens.revoke(token.id, at)).toBe(false);
  expect(await fixture.store.tokens.revoke("garbage", at)).toBe(false);
  expect(await fixture.store.tokens.listOf(userId)).toEqual([{ ...token, lastUsedAt: at, revokedAt: at }]);
});
