import { hmacHex } from "#lib/domain/hash.ts";
import type { EpisodeRecord, Step } from "./schema.ts";

/** A step as the public sees it: its time is an offset from the episode's start, in milliseconds. */
export type PublicStep = WithoutTime<Step>;
type WithoutTime<S> = S extends unknown ? Omit<S, "at"> & { offset_ms?: number } : never;

/**
 * The only form of a record that pages, exports and release files may hold: no contributor, no session key, no exact times
 * (permanence.md 9). `labels` exist inside a release alone, and are worthless outside it.
 */
export type PublicEpisode = {
  schema: "trace-share/public-episode/2";
  id: string;
  content_hash: string;
  hash_basis: 1 | 2;
  source: EpisodeRecord["source"];
  session: { position?: number };
  date?: string;
  task: EpisodeRecord["task"];
  steps: PublicStep[];
  outcome: EpisodeRecord["outcome"];
  usage?: EpisodeRecord["usage"];
  counts: EpisodeRecord["counts"];
  disclosure: EpisodeRecord["disclosure"];
  redactions: EpisodeRecord["redactions"];
  sanitizer: { rules_version: string };
  rights: { license: EpisodeRecord["rights"]["license"]; consent_version: string };
  labels?: { session: string; contributor: string };
};

/** Makes the public form. Pure: the same record gives the same form. */
export function publicForm(
  record: EpisodeRecord,
  labels?: { session: string; contributor: string },
): PublicEpisode {
  const { position } = record.session;
  return {
    schema: "trace-share/public-episode/2",
    id: record.id,
    content_hash: record.content_hash,
    hash_basis: record.hash_basis,
    source: record.source,
    session: position === undefined ? {} : { position },
    ...(record.time.start ? { date: record.time.start.slice(0, 10) } : {}),
    task: record.task,
    steps: record.steps.map((step) => publicStep(step, record.time.start)),
    outcome: record.outcome,
    ...(record.usage ? { usage: record.usage } : {}),
    counts: record.counts,
    disclosure: record.disclosure,
    redactions: record.redactions,
    sanitizer: { rules_version: record.sanitizer.rules_version },
    rights: { license: record.rights.license, consent_version: record.rights.consent_version },
    ...(labels ? { labels } : {}),
  };
}

/** Labels that group sessions and contributors inside one release; another release's key gives other labels. */
export function releaseLabels(
  releaseKey: string,
  names: { sessionKey: string; contributor: string },
): { session: string; contributor: string } {
  return {
    session: hmacHex(releaseKey, "session", names.contributor, names.sessionKey).slice(0, 16),
    contributor: hmacHex(releaseKey, "contributor", names.contributor).slice(0, 16),
  };
}

function publicStep(step: Step, start: string | undefined): PublicStep {
  const { at, ...rest } = step;
  if (at === undefined || start === undefined) return rest;
  const offset = Date.parse(at) - Date.parse(start);
  return Number.isFinite(offset) && offset >= 0 ? { ...rest, offset_ms: offset } : rest;
}
