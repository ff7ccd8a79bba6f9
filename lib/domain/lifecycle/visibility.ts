import type { Lifecycle } from "./episode-states.ts";

/** The one public answer for an episode, whoever asks and by whatever road (permanence.md 8). */
export type Visibility = "public" | "gone" | "legally_withheld" | "unknown";

/**
 * Public if published; one and the same "gone" for hidden, withdrawn, superseded and taken down by policy; "legally
 * withheld" under a legal order; what was never published is unknown for ever.
 */
export function visibilityOf(lifecycle: Pick<Lifecycle, "state" | "legal" | "firstPublishedAt">): Visibility {
  if (lifecycle.state === "published") return "public";
  if (lifecycle.firstPublishedAt === null) return "unknown";
  return lifecycle.legal ? "legally_withheld" : "gone";
}
