import { afterAll, beforeAll, expect, test } from "vitest";
import { at, openStoreFixture, type StoreFixture } from "#db/testing/store-fixture.ts";

let fixture: StoreFixture;
beforeAll(async () => {
  fixture = await openStoreFixture();
});
afterAll(() => fixture.close());

test("the instance begins unpaused at the start of the log, and each write keeps the rest", async () => {
  const fresh = {
    paused: false,
    permanenceHead: { seq: 0, hash: "genesis" },
    permanenceGap: false,
    rulesVersion: null,
    rescanApproved: null,
    instanceId: null,
  };
  expect(await fixture.store.instance.read()).toEqual(fresh);
  await fixture.store.instance.write({ permanenceHead: { seq: 2, hash: "h" } });
  await fixture.store.instance.write({ paused: true });
  expect(await fixture.store.instance.read()).toEqual({
    ...fresh,
    paused: true,
    permanenceHead: { seq: 2, hash: "h" },
  });
});

test("the audit log answers newest first", async () => {
  await fixture.store.audit.append({ at, actor: "operator", action: "pause", subject: null });
  await fixture.store.audit.append({ at, actor: "operator", action: "resume", subject: null });
  expect((await fixture.store.audit.list(2)).map((row) => row.action)).toEqual(["resume", "pause"]);
});
