import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type DatabaseHandle } from "#db/client.ts";
import { createStore } from "#db/store.ts";
import { testDatabase, type TestDatabase } from "#db/testing/database.ts";
import { authSessions } from "./auth-sessions.ts";

const expires = new Date("2030-01-02T03:04:05.678Z");

let database: TestDatabase;
let handle: DatabaseHandle;
let adapter: Required<ReturnType<typeof authSessions>>;
beforeAll(async () => {
  database = await testDatabase();
  handle = connect(database.url, { max: 4 });
  // the adapter has every method that next-auth calls
  adapter = authSessions(handle) as Required<ReturnType<typeof authSessions>>;
});
afterAll(async () => {
  await handle.close();
  await database.drop();
});

async function newUser(email: string) {
  return adapter.createUser({ email, name: null, emailVerified: null } as never);
}

function store() {
  return createStore(handle, () => ({ enqueue: async () => {} }));
}

test("a new user becomes a contributor under a lower-case address", async () => {
  const user = await newUser("Ada@Example.org");
  expect(user).toMatchObject({ email: "ada@example.org", emailVerified: null });
  expect(await adapter.getUser(user.id)).toEqual(user);
  expect(await adapter.getUserByEmail("ADA@example.org")).toEqual(user);
  expect((await store().accounts.byId(user.id))?.roles).toEqual(["contributor"]);
  expect(await adapter.updateUser({ id: user.id, emailVerified: expires })).toMatchObject({
    emailVerified: expires,
  });
});

test("refuses a sign-in without an address", async () => {
  await expect(newUser("")).rejects.toMatchObject({ code: "input_invalid" });
});

test("a provider's account finds its user, and keeps no provider token", async () => {
  const user = await newUser("grace@example.org");
  await adapter.linkAccount({
    userId: user.id,
    provider: "github",
    providerAccountId: "77",
    type: "oauth",
    access_token: "not to be kept",
  } as never);
  expect(await adapter.getUserByAccount({ provider: "github", providerAccountId: "77" })).toEqual(user);
  expect(await adapter.getUserByAccount({ provider: "gitlab", providerAccountId: "77" })).toBeNull();
  expect(JSON.stringify(await handle.sql`select * from oauth_account`)).not.toContain("not to be kept");
});

test("a session lives until it is deleted or revoked, and its token stands nowhere", async () => {
  const user = await newUser("lin@example.org");
  const later = new Date(expires.getTime() + 1000);
  await adapter.createSession({ sessionToken: "token-1", userId: user.id, expires });
  expect(await adapter.getSessionAndUser("token-1")).toEqual({
    session: { sessionToken: "token-1", userId: user.id, expires },
    user,
  });
  expect(await adapter.updateSession({ sessionToken: "token-1", expires: later })).toMatchObject({
    expires: later,
  });
  expect(JSON.stringify(await handle.sql`select * from session`)).not.toContain("token-1");
  await adapter.deleteSession("token-1");
  expect(await adapter.getSessionAndUser("token-1")).toBeNull();
  await adapter.createSession({ sessionToken: "token-2", userId: user.id, expires });
  await store().accounts.revokeSessions(user.id);
  expect(await adapter.getSessionAndUser("token-2")).toBeNull();
});

test("a sign-in link works once, also one that the operator made", async () => {
  const link = { identifier: "Ada@example.org", token: "digest-1" };
  await adapter.createVerificationToken({ ...link, expires });
  const uses = await Promise.all([adapter.useVerificationToken(link), adapter.useVerificationToken(link)]);
  expect(uses.filter(Boolean)).toEqual([{ identifier: "ada@example.org", token: "digest-1", expires }]);
  await store().accounts.insertSignInToken({
    email: "Ada@example.org",
    digest: "digest-2",
    expiresAt: expires,
  });
  expect(await adapter.useVerificationToken({ ...link, token: "digest-2" })).toMatchObject({ expires });
});
