import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "#lib/domain/errors.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { StoreHealth } from "#lib/ports/store.ts";
import { createReadiness, notReady } from "./readiness.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";

const FIXED = new Date("2026-11-22T12:00:00.000Z");
const HEALTHY: StoreHealth = {
  schema: 2,
  programSchema: 2,
  writable: true,
  now: FIXED,
  hasPublicEpisodes: true,
};

type Faults = {
  health?: () => Promise<StoreHealth>;
  hits?: { ids: string[]; fallback?: true };
  searchReady?: () => Promise<void>;
  alive?: () => Promise<void>;
  redis?: () => Promise<void>;
  remembered?: number;
};

/** The ports that a look reaches, each well unless a fault says otherwise. */
function portsWith(faults: Faults = {}): Deps {
  const well = async () => {};
  const ports = {
    clock: { now: () => FIXED },
    store: {
      health: faults.health ?? (async () => HEALTHY),
      instance: { read: async () => ({ permanenceHead: { seq: faults.remembered ?? 3, hash: "x" } }) },
    },
    search: {
      ready: faults.searchReady ?? well,
      search: async () => faults.hits ?? { ids: ["a"] },
    },
    objects: { alive: faults.alive ?? well },
    keyValue: { ready: faults.redis ?? well },
    permanence: { head: async () => ({ seq: 3, hash: "x" }) },
  };
  return ports as unknown as Deps; // of all ports, a look reaches these
}

const readinessOf = (faults: Faults, limitMs = 1000) =>
  createReadiness({ deps: async () => portsWith(faults), now: () => performance.now(), limitMs })();
const fail = (code: "unavailable" | "storage_full") => () => Promise.reject(new AppError(code));

describe("readiness", () => {
  it("is ready where every part answers as it should", async () => {
    const { status, parts } = await readinessOf({});
    expect(status).toBe("ready");
    expect(Object.values(parts).map(({ code }) => code)).toEqual(Array.from({ length: 7 }, () => "ok"));
    expect(parts.database.milliseconds).toBeGreaterThanOrEqual(0);
  });

  it.each<[string, Faults, string, "degraded" | "down"]>([
    ["a database that is away", { health: fail("unavailable") }, "database unavailable", "down"],
    ["a standby", { health: async () => ({ ...HEALTHY, writable: false }) }, "database read_only", "down"],
    ["an older schema", { health: async () => ({ ...HEALTHY, schema: 1 }) }, "schema schema_older", "down"],
    [
      "a newer schema",
      { health: async () => ({ ...HEALTHY, schema: 3 }) },
      "schema schema_newer",
      "degraded",
    ],
    [
      "a clock a day ahead",
      { health: async () => ({ ...HEALTHY, now: new Date(FIXED.getTime() + 86_400_000) }) },
      "clock clock_skew",
      "degraded",
    ],
    [
      "a clock a day behind",
      { health: async () => ({ ...HEALTHY, now: new Date(FIXED.getTime() - 86_400_000) }) },
      "clock clock_skew",
      "degraded",
    ],
    ["an engine that is away", { searchReady: fail("unavailable") }, "search unavailable", "degraded"],
    [
      "searches answered by the reserve",
      { hits: { ids: ["a"], fallback: true } },
      "search search_fallback",
      "degraded",
    ],
    ["an index that was lost", { hits: { ids: [] } }, "search search_empty", "degraded"],
    ["a store that is full", { alive: fail("storage_full") }, "objects storage_full", "degraded"],
    ["a Redis that is away", { redis: fail("unavailable") }, "limits unavailable", "degraded"],
    ["a log that is shorter than was known", { remembered: 4 }, "never_forget permanence_broken", "degraded"],
  ])("of %s is told by part and code", async (_, faults, expected, status) => {
    const found = await readinessOf(faults);
    expect(found.status).toBe(status);
    expect(Object.entries(found.parts).map(([part, { code }]) => `${part} ${code}`)).toContain(expected);
  });

  it("has no need of hits where nothing is public", async () => {
    const health = async () => ({ ...HEALTHY, hasPublicEpisodes: false });
    expect((await readinessOf({ health, hits: { ids: [] } })).status).toBe("ready");
  });

  it("says of an unexpected throw no more than that", async () => {
    const { parts } = await readinessOf({ redis: () => Promise.reject(new Error("a secret")) });
    expect(parts.limits.code).toBe("internal");
    expect(JSON.stringify(parts)).not.toContain("secret");
  });

  it("is down where nothing can be connected", async () => {
    const readiness = createReadiness({ deps: fail("unavailable"), now: () => performance.now() });
    const { status, parts } = await readiness();
    expect(status).toBe("down");
    expect(parts.objects.code).toBe("unavailable");
  });

  it("looks once for all who ask at a time, and again when a second has gone by", async () => {
    let now = 0;
    let looks = 0;
    const deps = async () => portsWith({ redis: async () => void (looks += 1) });
    const readiness = createReadiness({ deps, now: () => now });
    await Promise.all(Array.from({ length: 200 }, readiness));
    now = 999;
    await readiness();
    expect(looks).toBe(1);
    now = 1001;
    await readiness();
    expect(looks).toBe(2);
  });

  it("gives a look that hangs up in time, and starts no second one beside it", async () => {
    let now = 0;
    let running = 0;
    const hangs = Promise.withResolvers<void>();
    const deps = async () => portsWith({ alive: () => ((running += 1), hangs.promise) });
    const readiness = createReadiness({ deps, now: () => now, limitMs: 20 });
    for (let second = 0; second < 3; second += 1) {
      const found = await readiness();
      expect(found).toMatchObject({
        status: "degraded",
        parts: { objects: { code: "timeout" }, search: { code: "ok" } },
      });
      now += 2000;
    }
    expect(running).toBe(1);
    hangs.resolve();
    await hangs.promise;
    expect((await readiness()).status).toBe("ready");
  });

  it("is down for a process that ends", () => {
    expect(notReady().status).toBe("down");
  });
});

describe("readiness of the real ports", () => {
  let platform: TestPlatform;
  beforeEach(async () => {
    platform = await testPlatform({ working: false });
  });
  afterEach(() => platform.close());

  it("is ready", async () => {
    const readiness = createReadiness({
      deps: async () => platform.deps,
      now: () => performance.now(),
      limitMs: 20_000,
    });
    const { status, parts } = await readiness();
    expect(parts).toMatchObject({
      database: { code: "ok" },
      schema: { code: "ok" },
      never_forget: { code: "ok" },
    });
    expect(status).toBe("ready");
  });
});
