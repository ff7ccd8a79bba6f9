import { GENESIS, type PermanenceFact, type PermanenceHead } from "#lib/domain/permanence/entries.ts";
import type { PermanenceLog } from "#lib/ports/permanence-log.ts";

/** What the never-forget log says in the end, against what a database remembers of it. */
export type StandingFacts = {
  head: PermanenceHead;
  /** Does the log hold the very entry that the database remembers as its last? */
  reached: boolean;
  /** Entries that the database has not seen, of those that stand. */
  fresh: PermanenceFact[];
  /** Entries that the database has seen, of those that stand: their transactions may have failed. */
  seen: PermanenceFact[];
};

/**
 * Reads the log to its end. Withdrawals and yanks stand for ever; of hides, take-downs and withheld releases the last word
 * counts; of ended tokens, sessions and roles only what the database has not seen, because a role may be given again.
 */
export async function standingFacts(log: PermanenceLog, remembered: PermanenceHead): Promise<StandingFacts> {
  const words = new Map<string, { seq: number; fact: PermanenceFact }>();
  let head = GENESIS;
  let reached = remembered.seq === 0;
  for await (const { seq, hash, fact } of log.entries()) {
    head = { seq, hash };
    if (seq === remembered.seq) reached = hash === remembered.hash;
    const subject = subjectOf(fact);
    if (subject === null ? seq > remembered.seq : !isFinal(words.get(subject)?.fact)) {
      words.set(subject ?? `entry ${seq}`, { seq, fact });
    }
  }
  const standing = [...words.values()].sort((a, b) => a.seq - b.seq);
  // a database with another past has seen nothing of this one
  const isFresh = ({ seq }: { seq: number }) => !reached || seq > remembered.seq;
  return {
    head,
    reached,
    fresh: standing.filter(isFresh).map(({ fact }) => fact),
    seen: standing.filter((word) => !isFresh(word)).map(({ fact }) => fact),
  };
}

/** What a later entry may speak of again; null for entries that stand alone. */
function subjectOf(fact: PermanenceFact): string | null {
  switch (fact.type) {
    case "episode.withdrawn":
      return `withdrawn ${fact.account} ${fact.declaredId}`;
    case "episode.hidden":
    case "episode.unhidden":
    case "episode.taken_down":
    case "episode.restored":
      return `episode ${fact.publicId}`;
    case "snapshot.withheld":
    case "snapshot.released":
    case "snapshot.yanked":
      return `snapshot ${fact.version}`;
    default:
      return null;
  }
}

function isFinal(fact: PermanenceFact | undefined): boolean {
  return fact?.type === "snapshot.yanked";
}
