/** One per process: Next bundles what it imports more than once, and the server that it runs in is no part of any bundle. */
const PREPARED = Symbol.for("trace-share.prepared");

function prepared(): PromiseWithResolvers<void> {
  // the symbol is ours alone, so what lies there is what we put there
  const place = globalThis as { [PREPARED]?: PromiseWithResolvers<void> };
  return (place[PREPARED] ??= Promise.withResolvers<void>());
}

/** From now on requests may come: settings and database have been looked at. */
export function announcePrepared(): void {
  prepared().resolve();
}

/** Resolves with `announcePrepared`. */
export function whenPrepared(): Promise<void> {
  return prepared().promise;
}
