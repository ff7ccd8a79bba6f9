import { placeholderRanges } from "#lib/domain/sanitize/placeholder.ts";

/**
 * A piece of text that is safe to show: plain text, a redaction placeholder, or a character that would be invisible or
 * reorder its neighbours and is named instead.
 */
export type Piece =
  | { kind: "text"; text: string }
  | { kind: "redaction"; text: string; label: string }
  | { kind: "invisible"; code: string };

/**
 * Control, zero-width, bidirectional and tag characters (Unicode general categories Cc, Cf and look-alikes), but for tab and
 * line feed. Emoji need U+200D and U+FE0F; the joiner counts as invisible unless it joins pictures.
 */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- such characters are what this looks for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]|(?<!\p{Extended_Pictographic}\ufe0f?)\u200d/gu;

/** Splits a text into pieces. Joining their texts, with each invisible character put back, gives the text again. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const [start, end] of placeholderRanges(text).sort((a, b) => a[0] - b[0])) {
    pushVisible(pieces, text.slice(at, start));
    const found = text.slice(start, end);
    pieces.push({ kind: "redaction", text: found, label: redactionLabel(found) });
    at = end;
  }
  pushVisible(pieces, text.slice(at));
  return pieces;
}

/** A text of one line with invisible characters named in it, for titles and attributes. */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, (found) => `⟨${codeOf(found)}⟩`);
}

function pushVisible(pieces: Piece[], text: string): void {
  let at = 0;
  for (const match of text.matchAll(INVISIBLE)) {
    if (match.index > at) pieces.push({ kind: "text", text: text.slice(at, match.index) });
    pieces.push({ kind: "invisible", code: codeOf(match[0]) });
    at = match.index + match[0].length;
  }
  if (at < text.length) pieces.push({ kind: "text", text: text.slice(at) });
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** `[SECRET:github-pat#2]` → `secret #2 · github-pat`, `[PHONE]` → `phone`, `[REDACTED_IP]` → `ip`. */
function redactionLabel(placeholder: string): string {
  const inner = placeholder.slice(1, -1);
  const secret = /^SECRET:(.+)#(\d+)$/.exec(inner);
  if (secret) return `secret #${secret[2]} · ${secret[1]}`;
  const older = /^REDACTED(?:_([A-Z]+))?$/.exec(inner);
  if (older) return older[1]?.toLowerCase() ?? "redacted";
  return inner.toLowerCase();
}
