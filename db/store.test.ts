import { afterAll, beforeAll, expect, test } from "vitest";
import { openStoreFixture, type StoreFixture } from "#db/testing/store-fixture.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { Episode } from "#lib/ports/episodes.ts";
import { connect } from "./client.ts";
import { createStore } from "./store.ts";

let fixture: StoreFixture;
beforeAll(async () => {
  fixture = await openStoreFixture();
});
afterAll(() => fixture.close());

test("a failure says a code and never the values", async () => {
  const first = await fixture.insert({ title: "words of a person" });
  const twin = await fixture.newEpisode({ id: first.id, title: "words of a person" });
  const error: unknown = await fixture.store.episodes.insert(twin).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(AppError);
  const { message, cause } = error as AppError;
  expect(`${message} ${String(cause)}`).toBe("already_exists Error: SQLSTATE 23505 (episode episode_pkey)");
});

test.each(["episode_event", "case_event", "snapshot_event", "audit", "deny_list"])(
  "rows of %s can be neither changed nor removed",
  async (table) => {
    await expect(fixture.handle.sql.unsafe(`delete from ${table}`)).rejects.toThrow("append-only");
    await expect(fixture.handle.sql.unsafe(`update ${table} set seq = seq`)).rejects.toThrow("append-only");
    await expect(fixture.handle.sql.unsafe(`truncate ${table} cascade`)).rejects.toThrow("append-only");
  },
);

test("a transaction is all or nothing, and one inside another can fail alone", async () => {
  const [outer, inner] = [await fixture.newEpisode(), await fixture.newEpisode()];
  await fixture.store.transaction(async (tx) => {
    await tx.episodes.insert(outer);
    const failed = tx.transaction(async (nested) => {
      await nested.episodes.insert(inner);
      throw new AppError("paused");
    });
    await expect(failed).rejects.toMatchObject({ code: "paused" });
  });
  expect(await fixture.store.episodes.byId(outer.id)).not.toBeNull();
  expect(await fixture.store.episodes.byId(inner.id)).toBeNull();
});

test("a named lock lets one transaction in at a time, per key, and needs one", async () => {
  await expect(fixture.store.lock("slot", "x")).rejects.toMatchObject({ code: "internal" });
  const order: string[] = [];
  const work = (key: string, name: string, ms: number) =>
    fixture.store.transaction(async (tx) => {
      await tx.lock("slot", key);
      order.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, ms));
      order.push(`${name} out`);
    });
  await Promise.all([work("same", "a", 80), work("same", "b", 80), work("other", "c", 0)]);
  const shared = order.filter((entry) => !entry.startsWith("c"));
  expect([shared[0]?.slice(2), shared[1]?.slice(2)]).toEqual(["in", "out"]);
  expect(shared[0]?.[0]).toBe(shared[1]?.[0]);
});

test("a deadlock is unavailable, and the other transaction goes on", async () => {
  const [one, two] = [await fixture.insert(), await fixture.insert()];
  const cross = (first: Episode, second: Episode) =>
    fixture.store.transaction(async (tx) => {
      await tx.episodes.lock(first.id);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await tx.episodes.lock(second.id);
    });
  const ends = await Promise.allSettled([cross(one, two), cross(two, one)]);
  const failed = ends.filter((end) => end.status === "rejected");
  expect(failed).toHaveLength(1);
  expect(failed[0]?.reason).toMatchObject({ code: "unavailable" });
});

test("a server that can't be reached is unavailable, and a working one is ready", async () => {
  await fixture.store.health();
  const nowhere = connect("postgres://nobody:x@127.0.0.1:1/none");
  const lost = createStore(nowhere, () => ({ enqueue: async () => {} }));
  await expect(lost.health()).rejects.toMatchObject({ code: "unavailable" });
  await expect(lost.transaction(async () => {})).rejects.toMatchObject({ code: "unavailable" });
  await nowhere.close();
});
