import { isAppError } from "#lib/domain/errors.ts";
import type { KeyValue } from "#lib/ports/key-value.ts";

/** For how long nobody is kept waiting for a store that has just failed. */
const REST_MS = 5_000;

/**
 * Asks the first store, and the second one while the first is `unavailable`. A window that began in the first counts anew in
 * the second: a limit may be reached later than its number says, never is there none.
 */
export function withFallback(
  first: KeyValue,
  second: KeyValue,
  { now, onFailure }: { now: () => number; onFailure: (error: unknown) => void },
): KeyValue {
  let restsUntil = Number.NEGATIVE_INFINITY;
  const ask = async <Result>(work: (store: KeyValue) => Promise<Result>): Promise<Result> => {
    if (now() < restsUntil) return work(second);
    try {
      return await work(first);
    } catch (error) {
      if (!isAppError(error, "unavailable")) throw error;
      restsUntil = now() + REST_MS;
      onFailure(error);
      return work(second);
    }
  };
  return {
    hit: (key, windowSeconds) => ask((store) => store.hit(key, windowSeconds)),
    once: (key, ttlSeconds) => ask((store) => store.once(key, ttlSeconds)),
    ready: () => first.ready(),
  };
}
