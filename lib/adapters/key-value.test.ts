import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type DatabaseHandle } from "#db/client.ts";
import { type TestDatabase, testDatabase } from "#db/testing/database.ts";
import type { KeyValue } from "#lib/ports/key-value.ts";
import { createPostgresKeyValue } from "./key-value-postgres.ts";

let database: TestDatabase;
let handle: DatabaseHandle;
beforeAll(async () => {
  database = await testDatabase();
  handle = connect(database.url);
});
afterAll(async () => {
  await handle.close();
  await database.drop();
});

const IMPLEMENTATIONS: { name: string; make: () => KeyValue }[] = [
  { name: "PostgreSQL", make: () => createPostgresKeyValue(handle.db) },
];

describe.each(IMPLEMENTATIONS)("key-value in $name", ({ make }) => {
  test("counts every one of 20 parallel hits once", async () => {
    const keyValue = make();
    const hits = await Promise.all(Array.from({ length: 20 }, () => keyValue.hit("parallel", 60)));
    expect(hits.map((hit) => hit.count).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
    for (const hit of hits) expect(hit.resetsInSeconds).toBeGreaterThan(55);
    for (const hit of hits) expect(hit.resetsInSeconds).toBeLessThanOrEqual(60);
  });

  test("keeps keys apart, and hits apart from marks", async () => {
    const keyValue = make();
    expect((await keyValue.hit("one", 60)).count).toBe(1);
    expect((await keyValue.hit("other", 60)).count).toBe(1);
    expect(await keyValue.once("one", 60)).toBe(true);
    expect((await keyValue.hit("one", 60)).count).toBe(2);
  });

  test("begins a new window when the old one has ended, and never moves its end", async () => {
    const keyValue = make();
    await keyValue.hit("short", 1);
    await sleep(500);
    expect(await keyValue.hit("short", 1)).toEqual({ count: 2, resetsInSeconds: 1 });
    await sleep(600);
    expect((await keyValue.hit("short", 1)).count).toBe(1);
  });

  test("lets one of 20 parallel callers be the first", async () => {
    const keyValue = make();
    const answers = await Promise.all(Array.from({ length: 20 }, () => keyValue.once("mark", 60)));
    expect(answers.filter(Boolean)).toHaveLength(1);
  });

  test("lets another caller be the first when the mark has expired", async () => {
    const keyValue = make();
    expect(await keyValue.once("brief", 1)).toBe(true);
    expect(await keyValue.once("brief", 1)).toBe(false);
    await sleep(1100);
    expect(await keyValue.once("brief", 1)).toBe(true);
  });
});
