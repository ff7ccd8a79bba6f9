/*
 * What a trace holds never reaches a terminal as it is: a control byte, an escape sequence or a bidirectional control could
 * rewrite what the contributor believes to be reviewing.
 */

/** Controls but line feed and tab, invisible and bidirectional marks, line and paragraph separators, tag characters. */
const UNSAFE =
  /(?![\n\t])[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** Text with every such character shown as `\u{…}`; line feeds and tabs stay. */
export function safeForTerminal(text: string): string {
  return text.toWellFormed().replace(UNSAFE, (found) => `\\u{${found.codePointAt(0)?.toString(16)}}`);
}

/** The same on one line. */
export function safeLine(text: string): string {
  return safeForTerminal(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** JSON whose strings are safe to print: what `JSON.stringify` leaves alone is escaped, the value is the same. */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(UNSAFE, escapeUnits);
}

function escapeUnits(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
