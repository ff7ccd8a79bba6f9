import type { Exclusion } from "#lib/domain/snapshot/exclusions.ts";
import { type Candidate, planMembers, type PlannedMember } from "#lib/domain/snapshot/plan.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Snapshot } from "#lib/ports/snapshots.ts";
import { currentRules } from "./instance-rules.ts";
import { orderedWindow } from "./ordered-window.ts";
import { inspectCandidate } from "./snapshot-candidates.ts";

/** The rule of every snapshot that this platform builds. */
export const SPLIT_RULE = "session-group-v2" as const;

export type BuildPlan = { candidates: number; members: PlannedMember[]; excluded: Exclusion[] };

/** The first pass: who is in, on which side, and why the others are not. Keeps facts in memory, no records. */
export async function planBuild(deps: Deps, snapshot: Snapshot): Promise<BuildPlan> {
  const rules = await currentRules(deps.store);
  const candidates: Candidate[] = [];
  const excluded: Exclusion[] = [];
  const ids = deps.store.snapshots.memberIds(snapshot.id);
  const inspect = (id: string) => inspectCandidate(deps, { snapshot, rules, id });
  for await (const found of orderedWindow(ids, inspect)) {
    if (found.ok) candidates.push(found.candidate);
    else excluded.push(found.reason);
  }
  return planOf(snapshot, { candidates, excluded });
}

/** The plan that follows from the facts of a pass. */
export function planOf(
  snapshot: Snapshot,
  facts: { candidates: readonly Candidate[]; excluded: readonly Exclusion[] },
): BuildPlan {
  const plan = planMembers(facts.candidates, { rule: SPLIT_RULE, seed: snapshot.seed });
  return {
    candidates: facts.candidates.length + facts.excluded.length,
    members: plan.members.map(({ id, split }) => ({ id, split })),
    excluded: [...facts.excluded, ...plan.dropped.map(({ reason }) => reason)],
  };
}
