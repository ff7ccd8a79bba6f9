import { join } from "node:path";
import { expect } from "@playwright/test";
import { startWeb } from "#e2e/support/platform-processes.ts";
import { call, expectProblem } from "#e2e/wire/http.ts";
import { test } from "#e2e/wire/instance.ts";
import {
  memoryRedis,
  type RedisCommands,
  realRedis,
  startBridge,
} from "#lib/adapters/testing/redis-bridge.ts";
import { freePort } from "#workers/embedded-postgres/free-port.ts";

// One more web process that counts its limits in Redis; a real one with TEST_REDIS_PORT, else one in this process.

const REAL_PORT = Number(process.env["TEST_REDIS_PORT"] ?? 0);

test("limits of sign-in and tokens hold when Redis goes away in the middle, and reading goes on", async ({
  instance,
}) => {
  const env = JSON.parse(process.env["WALK_ENV"] ?? "{}") as Record<string, string>; // of the global setup
  const counted: string[] = [];
  const redis = await (REAL_PORT > 0 ? realRedis(REAL_PORT) : memoryRedis());
  const watched: RedisCommands = {
    ...redis,
    run: (commands) => {
      counted.push(...commands.map(([name]) => String(name).toUpperCase()));
      return redis.run(commands);
    },
  };
  const bridge = await startBridge(watched);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const own = { ...env, UPSTASH_REDIS_REST_URL: bridge.url, UPSTASH_REDIS_REST_TOKEN: bridge.token };
  const web = await startWeb(own, port, { logFile: join(env["DATA_DIR"] ?? "", "..", "platform.log") });
  const ask = () =>
    call(url, {
      path: "/api/auth/signin/email",
      body: new URLSearchParams({ email: `${instance.word()}@example.org` }).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded", "x-forwarded-for": "203.0.113.77" },
    });
  const { token } = await instance.contributor();
  const reads = async () => {
    for (const path of ["/", "/v1/episodes", "/releases"])
      expect((await call(url, { path })).status, path).toBe(200);
    expect((await call(url, { path: "/v1/token", token })).status).toBe(200);
    expectProblem(await call(url, { path: "/v1/token", token: `tshr_${"0".repeat(48)}` }), {
      status: 401,
      code: "unauthenticated",
    });
  };
  try {
    for (let asked = 0; asked < 4; asked += 1) expect((await ask()).status).toBe(302);
    await reads();
    const before = counted.filter((name) => name === "INCR").length;
    expect(before).toBeGreaterThan(8);
    await bridge.close();
    await reads();
    // the database counts from nought
    for (let asked = 0; asked < 10; asked += 1) expect((await ask()).status).toBe(302);
    for (let asked = 0; asked < 3; asked += 1)
      expectProblem(await ask(), { status: 503, code: "unavailable" });
    await reads();
    expect(counted.filter((name) => name === "INCR")).toHaveLength(before);
  } finally {
    await web.stop();
  }
});
