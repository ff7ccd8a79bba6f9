/** Bytes that come in pieces, gathered in one place. */
export type GatheredBytes = {
  /** How many there are. */
  length(): number;
  /** Copies a piece behind the others: nothing of the piece itself is kept. */
  add(piece: Uint8Array): void;
  /** All of them as bytes of their own; afterwards there are none. */
  take(): Uint8Array;
};

const LEAST = 1024;

/**
 * Gathers pieces in memory of at most twice their bytes. A list of the pieces would cost a hundred times that where a sender cuts
 * them as small as one byte.
 */
export function gatherBytes(): GatheredBytes {
  let room = new Uint8Array(0);
  let filled = 0;
  return {
    length: () => filled,
    add(piece) {
      const needed = filled + piece.length;
      if (needed > room.length) {
        const larger = new Uint8Array(Math.max(LEAST, needed, room.length * 2));
        larger.set(room.subarray(0, filled));
        room = larger;
      }
      room.set(piece, filled);
      filled = needed;
    },
    take() {
      const bytes = room.slice(0, filled);
      filled = 0;
      return bytes;
    },
  };
}
