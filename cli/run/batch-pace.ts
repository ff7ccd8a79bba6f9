import { BATCH_LIMITS } from "#lib/domain/wire/batch.ts";

/** How much goes into the next batch: records, and bytes of them as JSON. */
export type Pace = { records: number; bytes: number };

const KIB = 1024;
/** Small, so that a short history is one request and a long one is soon seen to move. */
const FIRST: Pace = { records: 16, bytes: 512 * KIB };
/** Below what platforms take (BATCH_LIMITS): several are on their way at once, and what breaks off is sent again. */
const MOST: Pace = { records: BATCH_LIMITS.records, bytes: 4 * KIB * KIB };
/** A batch that is answered within this time may grow, one that takes longer than that shrinks. */
const QUICK_MS = 2_000;
const SLOW_MS = 8_000;
/** What is left is shared among those who send; pieces smaller than this gain nothing. */
const LEAST_SHARE = 4;

export function startPace(): Pace {
  return { ...FIRST };
}

/** The pace after a batch of so many milliseconds and requests. One that took a second request was cut somewhere. */
export function nextPace({ records, bytes }: Pace, batch: { milliseconds: number; requests: number }): Pace {
  if (batch.requests > 1 || batch.milliseconds > SLOW_MS) return slowerPace({ records, bytes });
  if (batch.milliseconds > QUICK_MS) return { records, bytes };
  return { records: Math.min(MOST.records, records * 2), bytes: Math.min(MOST.bytes, bytes * 2) };
}

export function slowerPace({ records, bytes }: Pace): Pace {
  return { records: Math.max(1, Math.floor(records / 2)), bytes: Math.max(KIB, Math.floor(bytes / 2)) };
}

/**
 * How many of those that wait go next, at least one: as many as the pace allows, and no more than a fair share where `lanes` send side by
 * side. A record larger than the pace goes alone.
 */
export function batchSize(waiting: readonly { bytes: number }[], pace: Pace, lanes: number): number {
  const share = Math.max(LEAST_SHARE, Math.ceil(waiting.length / lanes));
  const most = Math.min(pace.records, share, waiting.length);
  let size = 0;
  let bytes = 0;
  while (size < most) {
    bytes += waiting[size]?.bytes ?? 0;
    if (size > 0 && bytes > pace.bytes) break;
    size += 1;
  }
  return size;
}
