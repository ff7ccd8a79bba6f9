/** A copy of a piece of a text for keeping: a slice would hold the whole text in memory as long as it lives. */
export function detached(piece: string): string {
  return ` ${piece}`.slice(1);
}
