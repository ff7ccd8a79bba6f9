import type { Deps } from "#lib/ports/deps.ts";
import { sweep } from "#lib/services/sweep.ts";

/** Compares rows, index and objects, and repairs drift. */
export function handleSweep(deps: Deps): Promise<void> {
  return sweep(deps);
}
