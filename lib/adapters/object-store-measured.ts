import { isAppError } from "#lib/domain/errors.ts";
import type { Metrics } from "#lib/ports/metrics.ts";
import type { ObjectStore } from "#lib/ports/object-store.ts";

type Operation = "put" | "put_stream" | "get" | "size" | "open" | "remove" | "list" | "ready" | "alive";

/** The same store with the time and the failures of each call counted; of a list, of each key it gives, that it ends well. */
export function measuredObjectStore(store: ObjectStore, metrics: Metrics): ObjectStore {
  const failed = (operation: Operation, error: unknown): void => {
    const code = isAppError(error) && isKnown(error.code) ? error.code : "other";
    // what the caller does wrong, such as a key that is taken, is no fault of the store
    if (code !== "other" || !isAppError(error))
      metrics.count("object_store_errors_total", { operation, code });
  };
  const measured = async <Result>(operation: Operation, work: () => Promise<Result>): Promise<Result> => {
    const began = performance.now();
    try {
      return await work();
    } catch (error) {
      failed(operation, error);
      throw error;
    } finally {
      metrics.observe("object_store_seconds", { operation }, (performance.now() - began) / 1000);
    }
  };
  return {
    put: (key, bytes) => measured("put", () => store.put(key, bytes)),
    putStream: (key, source) => measured("put_stream", () => store.putStream(key, source)),
    get: (key) => measured("get", () => store.get(key)),
    size: (key) => measured("size", () => store.size(key)),
    open: (key) => measured("open", () => store.open(key)),
    remove: (key) => measured("remove", () => store.remove(key)),
    async *list(prefix) {
      try {
        yield* store.list(prefix);
      } catch (error) {
        failed("list", error);
        throw error;
      }
    },
    ready: () => measured("ready", () => store.ready()),
    alive: () => measured("alive", () => store.alive()),
  };
}

function isKnown(code: string): code is "unavailable" | "storage_full" {
  return code === "unavailable" || code === "storage_full";
}
