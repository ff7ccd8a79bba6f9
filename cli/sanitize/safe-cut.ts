import { FileRefused } from "./read-text.ts";

/** Where something stands that would be replaced. */
type Found = { start: number; end: number };
export type FindIn = (text: string) => readonly Found[];

/** How long the parts of a long text are, what is read on either side of a border, and how long a part may become to find one. */
const PART = 256 * 1024;
const AROUND = 8_192;
const LONGEST_PART = 32 * PART;
const TRIES = 8;

/** Cuts a text into parts such that nothing that would be found lies across a border, or depends on what is behind one. */
export function safeParts(text: string, find: FindIn): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > PART + AROUND) {
    const { cut } = safeCut(rest, find, PART);
    if (cut === undefined) throw new FileRefused("no_safe_border");
    parts.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return [...parts, rest];
}

/** The same for a text that comes in pieces. */
export async function* safePartsOf(pieces: AsyncIterable<string>, find: FindIn): AsyncGenerator<string> {
  let open = "";
  // where to look next: what was tried in vain is not tried again with every piece
  let from = PART;
  for await (const piece of pieces) {
    open += piece;
    while (open.length > PART + AROUND) {
      const { cut, next } = safeCut(open, find, from);
      from = cut === undefined ? next : PART;
      if (cut === undefined) {
        if (open.length > LONGEST_PART) throw new FileRefused("no_safe_border");
        break;
      }
      yield open.slice(0, cut);
      open = open.slice(cut);
    }
  }
  if (open !== "") yield open;
}

function safeCut(text: string, find: FindIn, from: number): { cut: number | undefined; next: number } {
  let near = from;
  for (; near < text.length - AROUND && near <= LONGEST_PART; near += PART) {
    const cut = candidates(text, near).find((at) => isSafe(text, at, find));
    if (cut !== undefined) return { cut, next: PART };
  }
  return { cut: undefined, next: near };
}

/** Behind line ends first, then behind blanks, then anywhere. */
function candidates(text: string, near: number): number[] {
  const from = near - PART / 2;
  const window = text.slice(from, near);
  const spots = [...before(window, "\n"), ...before(window, " ")].map((at) => from + at);
  const anywhere = Array.from({ length: TRIES }, (_, index) => onCharacter(text, near - index * 1_021));
  return [...spots, ...anywhere];
}

function before(window: string, separator: string): number[] {
  const spots: number[] = [];
  for (let at = window.length; at > 0 && spots.length < TRIES; ) {
    const found = window.lastIndexOf(separator, at - 1);
    if (found < 0) break;
    spots.push(found + 1);
    // neighbouring lines often share a fate, those farther off do not
    at = found - spots.length * 40;
  }
  return spots;
}

/** Never between the halves of a character. */
function onCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}

/** Both sides by themselves give what they give together. */
function isSafe(text: string, at: number, find: FindIn): boolean {
  const left = text.slice(Math.max(0, at - AROUND), at);
  const right = text.slice(at, at + AROUND);
  const apart = [
    ...find(left),
    ...find(right).map(({ start, end }) => ({ start: start + left.length, end: end + left.length })),
  ];
  const together = find(left + right);
  return (
    together.length === apart.length &&
    together.every(({ start, end }, index) => apart[index]?.start === start && apart[index]?.end === end)
  );
}

/** The surroundings of a border between two cleaned parts: what a check reads across it. */
export function acrossBorder(before: string, after: string): string {
  return before.slice(-AROUND) + after.slice(0, AROUND);
}
