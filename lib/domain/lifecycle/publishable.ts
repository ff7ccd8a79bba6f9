import type { License } from "#lib/domain/episode/lists.ts";

/** What the guard must know of an episode, read under lock at the moment of use. */
export type PublishableFacts = {
  tombstone: TombstoneKind | null;
  openHides: number;
  openBlockingCases: number;
  legalHold: boolean;
  consent: { publicSearchable: boolean; trainable: boolean; version: string };
  license: License;
  /** The stored verdict of the last scan, with the rules it was made under. `null`: never scanned. */
  scan: { rulesVersion: string; openFindings: number } | null;
};

/** The rules in force on this instance at the moment of use. */
export type PublishableRules = {
  rulesVersion: string;
  consentVersions: readonly string[];
  licenses: readonly License[];
  paused: boolean;
};

export const TOMBSTONE_KINDS = ["withdrawn", "taken_down", "superseded"] as const;
export type TombstoneKind = (typeof TOMBSTONE_KINDS)[number];

/** Why an episode may not be public. A closed list: moderators and logs see these codes, never text. */
export type NotPublishable =
  | "tombstoned"
  | "hidden"
  | "case_open"
  | "legal_hold"
  | "consent_withdrawn"
  | "consent_version_unknown"
  | "license_unknown"
  | "not_scanned"
  | "scan_outdated"
  | "findings_open"
  | "paused";

declare const cleared: unique symbol;
/** Proof that the guard was asked and agreed. Only `publishable()` makes one; every edge into `published` demands one. */
export type Clearance = { readonly [cleared]: true; readonly rulesVersion: string };

export type PublishableAnswer = { ok: true; clearance: Clearance } | { ok: false; reasons: NotPublishable[] };

/**
 * The one guard (permanence.md 6) on every edge into `published` and on every member at the moment a release is published.
 * Lifting a hide passes the number of hides that stay open after it.
 */
export function publishable(facts: PublishableFacts, rules: PublishableRules): PublishableAnswer {
  const reasons: NotPublishable[] = [];
  if (facts.tombstone !== null) reasons.push("tombstoned");
  if (facts.openHides > 0) reasons.push("hidden");
  if (facts.openBlockingCases > 0) reasons.push("case_open");
  if (facts.legalHold) reasons.push("legal_hold");
  if (!facts.consent.publicSearchable || !facts.consent.trainable) reasons.push("consent_withdrawn");
  if (!rules.consentVersions.includes(facts.consent.version)) reasons.push("consent_version_unknown");
  if (!rules.licenses.includes(facts.license)) reasons.push("license_unknown");
  reasons.push(...scanReasons(facts.scan, rules));
  if (rules.paused) reasons.push("paused");
  if (reasons.length > 0) return { ok: false, reasons };
  // the brand exists at compile time only: this function is its one maker
  return { ok: true, clearance: { rulesVersion: rules.rulesVersion } as Clearance };
}

function scanReasons(scan: PublishableFacts["scan"], rules: PublishableRules): NotPublishable[] {
  if (scan === null) return ["not_scanned"];
  const reasons: NotPublishable[] = [];
  if (scan.rulesVersion !== rules.rulesVersion) reasons.push("scan_outdated");
  if (scan.openFindings > 0) reasons.push("findings_open");
  return reasons;
}
