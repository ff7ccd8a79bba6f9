import type { Deps } from "#lib/ports/deps.ts";
import { rescan } from "#lib/services/rescan.ts";

/** Reads what is stored under the rules of this program. */
export function handleRescan(deps: Deps): Promise<void> {
  return rescan(deps);
}
