import { isAppError } from "#lib/domain/errors.ts";
import { getDeps } from "#lib/container.ts";

/** Leaves a trace of a throw that no use case meant: the class of the error only, for a message may quote what it was about. */
export async function logUnexpected(event: "route.failed" | "action.failed", error: unknown): Promise<void> {
  if (isAppError(error) && error.code !== "internal") return;
  const deps = await getDeps().catch(() => null);
  deps?.log.error(event, { error: error instanceof Error ? error.name : "unknown" });
}
