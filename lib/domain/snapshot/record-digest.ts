import { canonicalJson, type JsonValue } from "#lib/domain/canonical-json.ts";
import type { EpisodeRecord } from "#lib/domain/episode/schema.ts";
import { blake3Hex } from "#lib/domain/hash.ts";

/**
 * A digest of what a record says, without who said it and when: no identity, nonce, session, consent time, step times or
 * duration. Two records with one digest are exact duplicates, whoever uploaded them (docs/DATASET.md, "Duplicates").
 */
export function recordDigest(record: EpisodeRecord): string {
  const { id: _id, content_hash: _hash, nonce: _nonce, hash_basis: _basis, ...said } = record;
  const { session: _session, time: _time, rights, counts, steps, ...rest } = said;
  const { accepted_at: _accepted, ...lasting } = rights;
  const { duration_ms: _duration, ...sizes } = counts;
  const timeless = steps.map(({ at: _at, ...step }) => step);
  // a parsed record is JSON, and what was taken away leaves no undefined behind
  return blake3Hex(canonicalJson({ ...rest, rights: lasting, counts: sizes, steps: timeless } as JsonValue));
}
