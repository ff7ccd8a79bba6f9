import type { Deps } from "#lib/ports/deps.ts";
import type { Job } from "#lib/ports/jobs.ts";
import { clearIncoming } from "#lib/services/incoming.ts";

/** Removes a completed upload from where clients send to: only the worker's key may delete. */
export function handleClearIncoming(
  deps: Deps,
  { objectKey }: Extract<Job, { name: "clear-incoming" }>,
): Promise<void> {
  return clearIncoming(deps, { objectKey });
}
