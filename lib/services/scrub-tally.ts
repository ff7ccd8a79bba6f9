import type { Deps } from "#lib/ports/deps.ts";

/** One thing that is wrong. `subject`: an episode's public id, or a release's version and file name. */
export type ScrubFault = { kind: "missing" | "corrupt"; subject: string; repaired: boolean };

/** Where right bytes may be found: the objects of a backup. Null where it has no such key. */
export type RepairSource = { open(key: string): Promise<AsyncIterable<Uint8Array> | null> };

/** What the steps of a scrub share. */
export type ScrubWay = {
  deps: Deps;
  tally: ScrubTally;
  repair: boolean;
  source: RepairSource | undefined;
};

const MOST_FAULTS = 1_000;

/** What a scrub has found so far. */
export class ScrubTally {
  checked = 0;
  bytes = 0;
  staged = 0;
  missing = 0;
  corrupt = 0;
  unknown = 0;
  repaired = 0;
  readonly faults: ScrubFault[] = [];

  read(bytes: number): void {
    this.checked += 1;
    this.bytes += bytes;
  }

  fault(fault: ScrubFault): void {
    this[fault.kind] += 1;
    if (fault.repaired) this.repaired += 1;
    if (this.faults.length < MOST_FAULTS) this.faults.push(fault);
  }
}
