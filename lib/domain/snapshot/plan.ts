import { dedupe, type DuplicateFacts } from "./dedupe.ts";
import type { Exclusion } from "./exclusions.ts";
import { type Split, type SplitRule, splitOf } from "./split.ts";

/** What the first pass learns of a candidate: some 400 bytes each, so that a plan of 10⁵ records fits in memory. */
export type Candidate = DuplicateFacts & {
  /** `groupName()` of its session tree; the episode-hash rule does not look at it. */
  group: string;
};

export type PlannedMember = { id: string; split: Split };
export type SnapshotPlan<Member> = {
  members: (Member & PlannedMember)[];
  dropped: { id: string; reason: Exclusion }[];
};

/** Which candidates enter a snapshot, and on which side. Pure and independent of the candidates' order. */
export function planMembers<Member extends Candidate>(
  candidates: readonly Member[],
  split: { rule: SplitRule; seed: string },
): SnapshotPlan<Member> {
  const { kept, dropped } = dedupe(candidates);
  const members = kept.map((member) => {
    const name = split.rule === "session-group-v2" ? member.group : member.id;
    return { ...member, split: splitOf(name, split.seed, split.rule) };
  });
  return { members, dropped };
}
