import { canonicalJson, canonicalMembers, joinMembers, type JsonValue } from "#lib/domain/canonical-json.ts";
import { blake3Bytes, blake3Hex, hmacHex } from "#lib/domain/hash.ts";
import type { EpisodeDraft, EpisodeUpload, PrivatePart } from "./schema.ts";

/*
 * Three names, never mixed (permanence.md 1): the public id stands in URLs, files and deny-lists; the content hash proves
 * integrity and stands in no tombstone; the slot says which window of which session of which contributor, and is known to
 * client and server alone.
 */

/** The public id that follows from a content hash, in both versions of the record. */
export function episodeId(contentHash: string): string {
  return blake3Hex(`episode|${contentHash}`);
}

/**
 * The content hash of a version 2 record: BLAKE3 over the canonical JSON of everything but `id`, `content_hash`,
 * `private` and `rights.accepted_at`; `schema` and `nonce` are kept (docs/DATASET.md has vectors).
 */
export function contentHash(record: EpisodeDraft & { nonce: string }): string {
  return blake3Hex(canonicalJson(hashable(record)));
}

/**
 * A draft closed with its identity. The nonce is an HMAC of the record under the contributor's local salt: the same for
 * its maker on every run, unguessable for others, so nobody can confirm a guess about removed text (permanence.md 2).
 */
export function identify(draft: EpisodeDraft, salt: string, privatePart?: PrivatePart): EpisodeUpload {
  const members = canonicalMembers(hashable(draft));
  const nonce = nonceFor(joinMembers(members), salt);
  const content_hash = blake3Hex(joinMembers(members.set("nonce", canonicalJson(nonce))));
  return {
    ...draft,
    id: episodeId(content_hash),
    content_hash,
    nonce,
    ...(privatePart ? { private: privatePart } : {}),
  };
}

function nonceFor(canonical: string, salt: string): string {
  return hmacHex(salt, "nonce", canonical).slice(0, 32);
}

/**
 * What a record tells but for the external scanner that also read it: the nonce that it would have without one. Two records of one
 * maker that tell the same differ in the scanner's name and version at most. It stays with its maker, as the salt does.
 */
export function toldBy(record: EpisodeUpload, salt: string): string {
  const { id: _id, content_hash: _hash, nonce, private: _private, ...draft } = record;
  const { scanner, ...sanitizer } = draft.sanitizer;
  return scanner === undefined ? nonce : nonceFor(canonicalJson(hashable({ ...draft, sanitizer })), salt);
}

/** The slot of a window: stable under new rules, versions, machines and growth of the session (permanence.md 3). */
export function slotOf(
  slotKey: string,
  window: { tool: string; sessionId: string; ordinal: number },
): string {
  return hmacHex(slotKey, "slot", window.tool, window.sessionId, String(window.ordinal));
}

/** `session.key`: the contributor's own name for a thread, or for one agent of it. Groups a session, names nobody. */
export function sessionKey(salt: string, tool: string, ownSessionId: string): string {
  return hmacHex(salt, "session", tool, ownSessionId);
}

/**
 * The public id of a version 1 record whose hash can't be verified: a digest in a domain of its own, so that no claim
 * takes the id of a verified record or of another account (permanence.md 4).
 */
export function claimedEpisodeId(accountId: string, declaredId: string): string {
  return blake3Hex(`episode-claim|${accountId}|${declaredId}`);
}

const SPLIT_BUCKETS = 10_000n;

/**
 * The split bucket (0–9,999) of a group root: the first 8 bytes of BLAKE3(root "|" seed) as unsigned big-endian number,
 * modulo 10,000. Buckets below 200 are validation.
 */
export function splitBucket(groupRoot: string, seed: string): number {
  const first = blake3Bytes(`${groupRoot}|${seed}`).subarray(0, 8);
  return Number(new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0) % SPLIT_BUCKETS);
}

function hashable(record: EpisodeDraft & Partial<EpisodeUpload>): { [key: string]: JsonValue } {
  const { id: _id, content_hash: _hash, private: _private, ...rest } = record;
  const { accepted_at: _accepted, ...rights } = rest.rights;
  // a parsed record is JSON; keys with an undefined value count as absent
  return JSON.parse(JSON.stringify({ ...rest, rights })) as { [key: string]: JsonValue };
}
