/** One per process: Next bundles what it imports more than once, and the server that it runs in is no part of any bundle. */
const STOPPING = Symbol.for("trace-share.stopping");

function place(): { [STOPPING]?: boolean } {
  // the symbol is ours alone, so what lies there is what we put there
  return globalThis as { [STOPPING]?: boolean };
}

/** From now on this process is on its way out: it finishes what it has and wants nothing new. */
export function announceStop(): void {
  place()[STOPPING] = true;
}

/** True once the process was told to end; such a process is not ready any more. */
export function isStopping(): boolean {
  return place()[STOPPING] === true;
}
