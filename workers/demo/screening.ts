import { readQueue } from "#lib/services/moderation-queue.ts";
import { countStates } from "./own-episodes.ts";
import { inWords, sayDetail, shortId } from "./say.ts";
import type { Stage } from "./stage.ts";
import { retryParked, waitForWorker } from "./wait.ts";

/** Lets the worker store, screen, publish and index what was uploaded, and tells what it held back and why. */
export async function screening(stage: Stage): Promise<void> {
  await retryParked(stage);
  await waitForWorker(stage, async () => inWords(await countStates(stage)));
  sayDetail(`episodes by state: ${inWords(await countStates(stage))}`);
  const { deps, people } = stage;
  for (const { id, state, reviewReasons } of (await readQueue(deps, people.moderator.actor)).waiting) {
    const findings = await deps.store.episodes.findings(id);
    const places = findings.map(({ rule, kind, path }) => `${rule} (${kind}) ${placeOf(path)}`);
    const why = [`reasons: ${reviewReasons.join(", ")}`, ...places].join("; ");
    sayDetail(`${state === "in_review" ? "in review" : state} for a moderator: ${shortId(id)}, ${why}`);
  }
}

/** `[]` is what the scanner calls a finding whose parts lie in several strings. */
function placeOf(path: string): string {
  return path === "[]" ? "spread over several strings" : `at ${path}`;
}
