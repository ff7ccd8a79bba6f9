import type { Store } from "#lib/ports/store.ts";

/**
 * Takes an account's names (ids, slots, session keys) until the transaction ends, in one order for everybody, so that nobody
 * waits in a circle. Uploads and withdrawals take every name that they read or write before they lock a row: of two that
 * concern the same window, the second one sees what the first has done.
 */
export async function lockNames(
  tx: Store,
  account: string,
  names: Iterable<string | null | undefined>,
): Promise<void> {
  const known = [...names].filter((name) => typeof name === "string");
  for (const name of [...new Set(known)].sort()) await tx.lock("slot", `${account}|${name}`);
}
