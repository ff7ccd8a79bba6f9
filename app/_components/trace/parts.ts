import type { TraceEntry } from "#lib/domain/text/trace.ts";

/** Entries that one page draws; a longer trace is read in parts, so that opening one stays quick. */
const PART = 250;

export type TraceParts = {
  length: number;
  at(part: number): readonly TraceEntry[];
  /** The part of a step and the place on it, to be put behind the address of any page that shows the trace. */
  anchor(step: number): string;
  /** The address of a step, on whichever part it stands. */
  href(id: string, step: number): `/episodes/${string}`;
};

/** A trace in parts of equal size, with the way to each step. Steps are numbered over the whole trace. */
export function traceParts(entries: readonly TraceEntry[]): TraceParts {
  const partOfStep = new Map<number, number>();
  entries.forEach((entry, index) => {
    const part = Math.floor(index / PART) + 1;
    partOfStep.set(entry.number, part);
    if (entry.kind === "call" && entry.result) partOfStep.set(entry.result.number, part);
  });
  const anchor = (step: number) => {
    const part = partOfStep.get(step) ?? 1;
    return `${part > 1 ? `?part=${part}` : ""}#s${step}`;
  };
  return {
    length: Math.max(1, Math.ceil(entries.length / PART)),
    at: (part) => entries.slice((part - 1) * PART, part * PART),
    anchor,
    href: (id, step) => `/episodes/${id}${anchor(step)}`,
  };
}

/** The part that an address names; the first where it names none that exists. */
export function partOf(value: string | string[] | undefined, parts: number): number {
  const part = typeof value === "string" && /^\d{1,4}$/.test(value) ? Number(value) : 1;
  return part >= 1 && part <= parts ? part : 1;
}
