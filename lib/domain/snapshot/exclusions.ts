import type { NotPublishable } from "#lib/domain/lifecycle/publishable.ts";

/**
 * Why a frozen candidate is in no file of a snapshot. The list is public, so it is coarse: hides, take-downs, withdrawals and
 * cases are one reason, since a release says nothing of why a record went (permanence.md 8).
 */
export const EXCLUSIONS = [
  "unavailable",
  "consent",
  "license",
  "scan",
  "shared_token",
  "duplicate_content_hash",
  "duplicate_record",
] as const;
export type Exclusion = (typeof EXCLUSIONS)[number];

const COARSE: Record<Exclude<NotPublishable, "paused">, Exclusion> = {
  tombstoned: "unavailable",
  hidden: "unavailable",
  case_open: "unavailable",
  legal_hold: "unavailable",
  consent_withdrawn: "consent",
  consent_version_unknown: "consent",
  license_unknown: "license",
  not_scanned: "scan",
  scan_outdated: "scan",
  findings_open: "scan",
};

/** The public reason of a refusal by the guard: the first that the guard names. A pause is no reason against a record. */
export function exclusionOf(reasons: readonly NotPublishable[]): Exclusion | null {
  const [first] = reasons.filter((reason) => reason !== "paused");
  return first ? COARSE[first] : null;
}

/** Counts by reason, with the reasons in the order of the list and none of zero. */
export function countExclusions(found: Iterable<Exclusion>): Partial<Record<Exclusion, number>> {
  const counts = new Map<Exclusion, number>();
  for (const reason of found) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return Object.fromEntries(EXCLUSIONS.flatMap((reason) => pairOf(reason, counts.get(reason))));
}

function pairOf(reason: Exclusion, count: number | undefined): [Exclusion, number][] {
  return count ? [[reason, count]] : [];
}
