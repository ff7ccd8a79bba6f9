import type { Cleaner, Tally } from "./cleaner.ts";

/** The cleaners of all sessions of a run. Only a few hold what makes them fast, so that thousands of sessions fit. */
export type SessionPool = {
  of(session: string): Cleaner;
  tally(): Tally;
};

const AWAKE = 4;

export function sessionPool(make: (session: string) => Cleaner): SessionPool {
  const cleaners = new Map<string, Cleaner>();
  let awake: string[] = [];
  return {
    of(session) {
      const cleaner = cleaners.get(session) ?? make(session);
      cleaners.set(session, cleaner);
      if (awake.at(-1) === session) return cleaner;
      awake = [...awake.filter((name) => name !== session), session];
      const oldest = awake.length > AWAKE ? awake.shift() : undefined;
      if (oldest !== undefined) cleaners.get(oldest)?.rest();
      return cleaner;
    },
    tally: () => sumOf([...cleaners.values()].map((cleaner) => cleaner.tally())),
  };
}

export function emptyTally(): Tally {
  return { by_kind: {}, by_rule: {}, by_path: {}, pseudonyms: {} };
}

export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = emptyTally();
  for (const tally of tallies) {
    for (const part of PARTS) {
      for (const [key, count] of Object.entries(tally[part])) sum[part][key] = (sum[part][key] ?? 0) + count;
    }
  }
  return sum;
}

/** What was counted after `before`. Pseudonyms are made once, so all of them count. */
export function since(tally: Tally, before: Tally): Tally {
  const left = emptyTally();
  for (const part of PARTS) {
    const taken = part === "pseudonyms" ? {} : before[part];
    const entries = Object.entries(tally[part]).map(
      ([key, count]) => [key, count - (taken[key] ?? 0)] as const,
    );
    left[part] = Object.fromEntries(entries.filter(([, count]) => count > 0));
  }
  return left;
}

const PARTS = ["by_kind", "by_rule", "by_path", "pseudonyms"] as const;
