import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type DatabaseHandle } from "#db/client.ts";
import { type TestDatabase, testDatabase } from "#db/testing/database.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { KeyValue } from "#lib/ports/key-value.ts";
import { withFallback } from "./key-value-fallback.ts";
import { createPostgresKeyValue } from "./key-value-postgres.ts";
import { createUpstashKeyValue } from "./key-value-upstash.ts";
import { memoryRedis, type RedisBridge, realRedis, startBridge } from "./testing/redis-bridge.ts";

const REAL_PORT = Number(process.env["TEST_REDIS_PORT"] ?? 0);

let database: TestDatabase;
let handle: DatabaseHandle;
let memory: RedisBridge;
let real: RedisBridge | undefined;
beforeAll(async () => {
  memory = await startBridge(memoryRedis());
  if (REAL_PORT > 0) real = await startBridge(await realRedis(REAL_PORT));
  database = await testDatabase();
  handle = connect(database.url);
});
afterAll(async () => {
  await memory.close();
  await real?.close();
  await handle.close();
  await database.drop();
});

const IMPLEMENTATIONS: { name: string; absent: boolean; make: () => KeyValue }[] = [
  { name: "PostgreSQL", absent: false, make: () => createPostgresKeyValue(handle.db) },
  { name: "Redis over HTTP, in memory", absent: false, make: () => createUpstashKeyValue(memory) },
  {
    name: "a real Redis over HTTP (needs TEST_REDIS_PORT)",
    absent: REAL_PORT === 0,
    make: () => createUpstashKeyValue(real ?? memory),
  },
];

for (const { name, absent, make } of IMPLEMENTATIONS)
  describe.skipIf(absent)(`key-value in ${name}`, () => {
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

describe("key-value in Redis over HTTP", () => {
  test("says unavailable, and nothing of the key, when nobody answers or the token is wrong", async () => {
    const gone = await startBridge(memoryRedis());
    await gone.close();
    for (const wrong of [gone, { ...memory, token: "wrong" }]) {
      const fault: unknown = await createUpstashKeyValue(wrong)
        .hit("caller-of-somebody", 60)
        .catch((error: unknown) => error);
      expect(fault).toMatchObject({ code: "unavailable" });
      expect(inspect(fault, { depth: 9 })).not.toContain("caller-of-somebody");
    }
  });
});

/** A server of one test that answers everything alike. */
async function withServer(
  answer: (response: ServerResponse) => void,
  work: (place: { url: string; token: string }) => Promise<void>,
): Promise<void> {
  const server = createServer((_, response) => answer(response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server's address
  try {
    await work({ url: `http://127.0.0.1:${port}`, token: "of-the-tests" });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const both = (store: KeyValue) => [store.hit("caller", 60), store.once("caller", 60)];

describe("key-value in a Redis with a fault is unavailable, and never an answer", () => {
  const json = { "content-type": "application/json" };
  const FAULTS: { fault: string; answer: (response: ServerResponse) => void }[] = [
    { fault: "silent for more than a second", answer: () => {} },
    {
      fault: "stopping in the middle of an answer",
      answer: (to) => void to.writeHead(200, json).write("[{"),
    },
    { fault: "hanging up", answer: (to) => void to.destroy() },
    {
      fault: "behind a page of its proxy",
      answer: (to) => void to.writeHead(200).end("<html>Welcome</html>"),
    },
    { fault: "behind a proxy that finds nobody", answer: (to) => void to.writeHead(502).end("Bad Gateway") },
    {
      fault: "that wants another token",
      answer: (to) => void to.writeHead(401, json).end('{"error":"Unauthorized"}'),
    },
    {
      fault: "over its plan",
      answer: (to) => void to.writeHead(429, json).end('{"error":"ERR max requests limit exceeded"}'),
    },
    {
      fault: "answering another question",
      answer: (to) => void to.writeHead(200, json).end('{"result":"PONG"}'),
    },
    { fault: "answering a number", answer: (to) => void to.writeHead(200, json).end('{"result":1}') },
  ];
  test.each(FAULTS)("$fault", ({ answer }) =>
    withServer(answer, async (place) => {
      for (const asked of await Promise.allSettled(both(createUpstashKeyValue(place))))
        expect(asked).toMatchObject({ status: "rejected", reason: { code: "unavailable" } });
    }),
  );

  test("full", async () => {
    const full = await startBridge({
      run: async (commands) =>
        commands.map(() => new Error("OOM command not allowed when used memory > 'maxmemory'.")),
      close: () => {},
    });
    for (const asked of await Promise.allSettled(both(createUpstashKeyValue(full))))
      expect(asked).toMatchObject({ status: "rejected", reason: { code: "unavailable" } });
    await full.close();
  });

  test.skipIf(REAL_PORT === 0)("a real one that is full (needs TEST_REDIS_PORT)", async () => {
    const redis = await realRedis(REAL_PORT);
    const bridge = await startBridge(redis);
    const store = createUpstashKeyValue(bridge);
    expect((await store.hit("before", 60)).count).toBe(1);
    await redis.run([["CONFIG", "SET", "maxmemory", "1"]]);
    try {
      for (const asked of await Promise.allSettled(both(store)))
        expect(asked).toMatchObject({ status: "rejected", reason: { code: "unavailable" } });
    } finally {
      await redis.run([["CONFIG", "SET", "maxmemory", "0"]]);
    }
    expect((await store.hit("before", 60)).count).toBe(2);
    await bridge.close();
  });
});

describe("key-value at an address that is no Redis", () => {
  test.each(["[]", "{}", "[{},{},{}]", '[{"result":"many"},{"result":1},{"result":1000}]', "null"])(
    "counts nothing by the answer %s",
    (body) =>
      withServer(
        (answer) => void answer.writeHead(200, { "content-type": "application/json" }).end(body),
        async (place) => {
          const store = createUpstashKeyValue(place);
          await expect(store.hit("a", 60)).rejects.toMatchObject({ code: "unavailable" });
        },
      ),
  );
});

describe("key-value with a second store", () => {
  const broken: KeyValue = {
    hit: () => Promise.reject(new AppError("unavailable")),
    once: () => Promise.reject(new AppError("unavailable")),
    ready: () => Promise.reject(new AppError("unavailable")),
  };

  test("keeps counting in the second while the first is away, and asks the first again later", async () => {
    let [now, first, failures] = [0, broken, 0];
    const healthy = createUpstashKeyValue(memory);
    const store = withFallback(
      {
        hit: (key, seconds) => first.hit(key, seconds),
        once: (key, seconds) => first.once(key, seconds),
        ready: () => first.ready(),
      },
      createPostgresKeyValue(handle.db),
      { now: () => now, onFailure: () => void (failures += 1) },
    );
    for (let count = 1; count <= 3; count += 1) expect((await store.hit("switch", 60)).count).toBe(count);
    expect(await store.once("switch", 60)).toBe(true);
    expect(await store.once("switch", 60)).toBe(false);
    expect(failures).toBe(1);
    await expect(store.ready()).rejects.toMatchObject({ code: "unavailable" });
    first = healthy;
    await store.ready();
    now += 10_000;
    expect((await store.hit("switch", 60)).count).toBe(1);
    expect((await store.hit("switch", 60)).count).toBe(2);
  });

  test("goes on without a gap when the first goes away in the middle of a window, and asks it once in a while", async () => {
    const going = await startBridge(memoryRedis());
    let [now, failures] = [0, 0];
    const store = withFallback(createUpstashKeyValue(going), createPostgresKeyValue(handle.db), {
      now: () => now,
      onFailure: () => void (failures += 1),
    });
    for (let count = 1; count <= 3; count += 1) expect((await store.hit("going", 60)).count).toBe(count);
    await going.close();
    const hits = await Promise.all(Array.from({ length: 8 }, () => store.hit("going", 60)));
    // a window counts anew in the second store, and there every hit counts
    expect(hits.map(({ count }) => count).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const noticed = failures;
    for (let count = 9; count <= 12; count += 1) expect((await store.hit("going", 60)).count).toBe(count);
    expect(failures).toBe(noticed);
    now += 10_000;
    expect((await store.hit("going", 60)).count).toBe(13);
    expect(failures).toBe(noticed + 1);
  });

  test("hides no other fault of the first store", async () => {
    const wrong: KeyValue = { ...broken, hit: () => Promise.reject(new AppError("input_invalid")) };
    const store = withFallback(wrong, createUpstashKeyValue(memory), { now: () => 0, onFailure: () => {} });
    await expect(store.hit("a", 60)).rejects.toMatchObject({ code: "input_invalid" });
  });
});
