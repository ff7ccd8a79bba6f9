/** What decides between duplicates. Times and accounts stay on the server; no file holds them. */
export type DuplicateFacts = {
  id: string;
  contentHash: string;
  /** `recordDigest()` of the record. */
  recordDigest: string;
  /** False if the content hash is only a claim: then it proves nothing against another record (permanence.md 4). */
  verified: boolean;
  /** False for an upload by a shared token: somebody's own upload goes before it (permanence.md 19). */
  attributed: boolean;
  /** First publication in milliseconds; without a store, the place in the input. */
  order: number;
};

export type DuplicateReason = "duplicate_content_hash" | "duplicate_record";

/**
 * Drops exact duplicates. The head of a cluster is the earliest published, attributed before unattributed, a verified hash
 * before a claimed one; ids break ties. Independent of the input's order. What is kept has no duplicates among itself, so taking
 * a record out of it later brings none back: that is why a removal-only patch equals a scrub.
 */
export function dedupe<Facts extends DuplicateFacts>(
  input: readonly Facts[],
): { kept: Facts[]; dropped: { id: string; reason: DuplicateReason }[] } {
  const seen = { ids: new Set<string>(), hashes: new Set<string>(), digests: new Set<string>() };
  const kept: Facts[] = [];
  const dropped: { id: string; reason: DuplicateReason }[] = [];
  for (const facts of input.toSorted(byHead)) {
    const reason = reasonAgainst(facts, seen);
    if (reason) {
      dropped.push({ id: facts.id, reason });
      continue;
    }
    kept.push(facts);
    seen.ids.add(facts.id);
    seen.digests.add(facts.recordDigest);
    if (facts.verified) seen.hashes.add(facts.contentHash);
  }
  return { kept: kept.sort(byId), dropped: dropped.sort(byId) };
}

function reasonAgainst(
  facts: DuplicateFacts,
  seen: { ids: Set<string>; hashes: Set<string>; digests: Set<string> },
): DuplicateReason | null {
  if (seen.ids.has(facts.id)) return "duplicate_content_hash"; // an id follows from its hash
  if (facts.verified && seen.hashes.has(facts.contentHash)) return "duplicate_content_hash";
  return seen.digests.has(facts.recordDigest) ? "duplicate_record" : null;
}

function byHead(a: DuplicateFacts, b: DuplicateFacts): number {
  if (a.attributed !== b.attributed) return a.attributed ? -1 : 1;
  if (a.verified !== b.verified) return a.verified ? -1 : 1;
  return a.order - b.order || byId(a, b) || (a.recordDigest < b.recordDigest ? -1 : 1);
}

/** The order of every file and list of a snapshot: ids as plain ASCII. */
export function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
