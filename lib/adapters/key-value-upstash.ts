import { Redis } from "@upstash/redis";
import { AppError } from "#lib/domain/errors.ts";
import type { KeyValue } from "#lib/ports/key-value.ts";

/** Longer than any answer takes: what is slower is treated as gone, since a visitor waits for it. */
const ANSWER_MS = 1_000;
const PREFIX = "trace-share:";

/**
 * Counters and marks in Redis over HTTP (Upstash, or a bridge that speaks the same). All steps of a hit are one transaction, so parallel
 * hits of all processes count exactly; the server's clock decides when a window ends. Throws `unavailable`.
 */
export function createUpstashKeyValue(settings: { url: string; token: string }): KeyValue {
  const redis = new Redis({
    ...settings,
    retry: false,
    enableTelemetry: false,
    enableAutoPipelining: false,
    signal: () => AbortSignal.timeout(ANSWER_MS),
  });
  return {
    async hit(key, windowSeconds) {
      const name = `${PREFIX}hit:${key}`;
      const [count, leftMs] = await redisWork(async () => {
        const replies: unknown[] = await redis
          .multi()
          .incr(name)
          .expire(name, windowSeconds, "NX")
          .pttl(name)
          .exec();
        // a limit is never reached by what is no number
        return [wholeNumber(replies[0], 1), wholeNumber(replies[2], 0)] as const;
      });
      return { count, resetsInSeconds: Math.max(1, Math.ceil(leftMs / 1000)) };
    },
    async once(key, ttlSeconds) {
      const name = `${PREFIX}once:${key}`;
      return redisWork(async () => {
        const reply: unknown = await redis.set(name, 1, { nx: true, ex: ttlSeconds });
        if (reply === "OK") return true;
        // a mark that is there is answered by nothing; whatever else comes says nothing of the mark
        if (reply === null) return false;
        throw foreign();
      });
    },
    async ready() {
      await redisWork(() => redis.ping());
    },
  };
}

function wholeNumber(reply: unknown, least: number): number {
  if (typeof reply === "number" && Number.isSafeInteger(reply) && reply >= least) return reply;
  throw foreign();
}

function foreign(): Error {
  return new Error("an answer that Redis does not give");
}

/** The cause is not kept: the client puts the command, and with it the key of a caller, into its message. */
async function redisWork<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch {
    throw new AppError("unavailable", {
      detail: "The Redis of UPSTASH_REDIS_REST_URL does not answer as it should.",
    });
  }
}
