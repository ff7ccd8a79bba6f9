import { nearestColour, type TerminalColour, xtermColour } from "./terminal-colours.ts";

/** A run of terminal text of one look. Colours are names of the theme, never values from the text. */
export type TerminalSpan = {
  text: string;
  colour?: TerminalColour;
  /** The text asked for a background or for inverse video. */
  marked?: true;
  bold?: true;
  dim?: true;
  italic?: true;
  underline?: true;
  strike?: true;
};
type Look = Omit<TerminalSpan, "text">;

const ESC = 0x1b;
/** Strings (OSC, DCS, APC, PM, SOS) longer than this are shown: a missing terminator must not hide what follows. */
const STRING_LIMIT = 4_096;

/**
 * Terminal output as lines of spans: SGR colours become names, every other control code is dropped, and of a line that was
 * rewritten with carriage returns the last frame stays. "Conceal" is ignored, because a reader has to see what is there.
 * Linear in the text's length. Codes: ECMA-48.
 */
export function terminalLines(text: string): TerminalSpan[][] {
  const lines: TerminalSpan[][] = [];
  let frame: TerminalSpan[] = [];
  let previous: TerminalSpan[] = [];
  let look: Look = {};
  let run = "";
  const flush = () => {
    if (run) frame.push({ text: run, ...look });
    run = "";
  };
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === 0x0a) {
      flush();
      lines.push(frame.length > 0 ? frame : previous);
      frame = [];
      previous = [];
      at += 1;
    } else if (code === 0x0d) {
      flush();
      if (frame.length > 0) previous = frame;
      frame = [];
      at += 1;
    } else if (code === ESC || (code >= 0x80 && code <= 0x9f)) {
      const control = readControl(text, at);
      if (control.sgr !== undefined) {
        flush();
        look = applySgr(look, control.sgr);
      }
      at = control.end;
    } else {
      if (code >= 0x20 ? code !== 0x7f : code === 0x09) run += text[at];
      at += 1;
    }
  }
  flush();
  lines.push(frame.length > 0 ? frame : previous);
  return lines;
}

type Control = { end: number; sgr?: string };

function readControl(text: string, at: number): Control {
  const first = text.charCodeAt(at);
  const introducer = first === ESC ? text.charCodeAt(at + 1) : first - 0x40;
  const start = at + (first === ESC ? 2 : 1);
  if (introducer === 0x5b) return readCsi(text, start);
  if (introducer === 0x5d || introducer === 0x50 || introducer === 0x58) return readString(text, start);
  if (introducer === 0x5e || introducer === 0x5f) return readString(text, start);
  if (first !== ESC) return { end: start };
  // two-character escapes, with intermediates such as `ESC ( B`
  if (Number.isNaN(introducer) || introducer < 0x20) return { end: at + 1 };
  let end = at + 1;
  while (between(text.charCodeAt(end), 0x20, 0x2f)) end += 1;
  return { end: between(text.charCodeAt(end), 0x30, 0x7e) ? end + 1 : end };
}

function readCsi(text: string, start: number): Control {
  let end = start;
  while (between(text.charCodeAt(end), 0x30, 0x3f)) end += 1;
  const parameters = text.slice(start, end);
  while (between(text.charCodeAt(end), 0x20, 0x2f)) end += 1;
  if (!between(text.charCodeAt(end), 0x40, 0x7e)) return { end };
  return text[end] === "m" && /^[\d;:]*$/.test(parameters)
    ? { end: end + 1, sgr: parameters }
    : { end: end + 1 };
}

function readString(text: string, start: number): Control {
  const limit = Math.min(text.length, start + STRING_LIMIT);
  for (let at = start; at < limit; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x07 || code === 0x9c) return { end: at + 1 };
    if (code === ESC && text[at + 1] === "\\") return { end: at + 2 };
    // a new control before the end: the string was never closed. It also keeps the whole scan linear
    if (code === 0x0a || code === ESC || between(code, 0x80, 0x9f)) break;
  }
  return { end: start };
}

function between(code: number, low: number, high: number): boolean {
  return code >= low && code <= high;
}

const FLAGS: Record<number, keyof Look> = {
  1: "bold",
  2: "dim",
  3: "italic",
  4: "underline",
  7: "marked",
  9: "strike",
};
const RESETS: Record<number, (keyof Look)[]> = {
  22: ["bold", "dim"],
  23: ["italic"],
  24: ["underline"],
  27: ["marked"],
  29: ["strike"],
  39: ["colour"],
  49: ["marked"],
};

function applySgr(look: Look, parameters: string): Look {
  const codes = parameters.split(/[;:]/).map((part) => (part === "" ? 0 : Number(part)));
  let next: Look = { ...look };
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 0) next = {};
    else if (code === 38 || code === 48) {
      const extended = readExtended(codes, at + 1);
      if (code === 48) next.marked = true;
      else if (extended.colour) next.colour = extended.colour;
      at = extended.last;
    } else next = applySimple(next, code);
  }
  return next;
}

function applySimple(look: Look, code: number): Look {
  if (between(code, 30, 37)) return { ...look, ...named(xtermColour(code - 30)) };
  if (between(code, 90, 97)) return { ...look, ...named(xtermColour(code - 90 + 8)) };
  if (between(code, 40, 47) || between(code, 100, 107)) return { ...look, marked: true };
  const flag = FLAGS[code];
  if (flag !== undefined) return { ...look, [flag]: true };
  const next = { ...look };
  for (const key of RESETS[code] ?? []) delete next[key];
  return next;
}

function named(colour: TerminalColour | undefined): Pick<Look, "colour"> {
  return colour ? { colour } : {};
}

function readExtended(codes: readonly number[], at: number): { colour?: TerminalColour; last: number } {
  if (codes[at] === 5) return { ...named(xtermColour(codes[at + 1] ?? -1)), last: at + 1 };
  if (codes[at] !== 2) return { last: at };
  const [red = 0, green = 0, blue = 0] = codes.slice(at + 1, at + 4);
  return { ...named(nearestColour({ red, green, blue })), last: at + 3 };
}
