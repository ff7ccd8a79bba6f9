import type { View } from "./view.ts";

const MIN_RUN = 24;
const MAX_RUN = 16_384;
const OVERLAP = 1_024;
const HEX = /^(?:[0-9a-fA-F]{2}){16,8192}$/;
/** 1 for every character of either base64 alphabet. */
const IN_RUN = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9+/_-]/.test(String.fromCharCode(code)) ? 1 : 0,
);
const SPACED = "\\t\\n\\r -~";
const READABLE = new RegExp(`^[${SPACED}]+$`);

const MOSTLY = new RegExp(`^[${SPACED}\\x80-\\xff]+$`);
const WIDE = new RegExp(`^(?:[${SPACED}]\\0){4,}[${SPACED}]?$`);
/** Bytes above ASCII come in groups whose first tells their number; the last may be cut off. */
const UTF8 =
  /^(?:[\t\n\r -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})*[\xc2-\xf4]?[\x80-\xbf]{0,2}$/;

/** A run of a view that decodes to readable text: the text, and the run's place in the view. */
export type Encoded = { text: string; start: number; end: number };

/** Runs of base64 (both alphabets) and hex that decode to readable ASCII. What does not, is no text and is left alone. */
export function encodedRuns(view: View): Encoded[] {
  const { text } = view;
  const found: Encoded[] = [];
  let start = 0;
  for (let index = 0; index <= text.length; index += 1) {
    const code = index < text.length ? text.charCodeAt(index) : 0;
    if (code < 128 && IN_RUN[code] === 1) continue;
    // a long run is read in overlapping parts, each a whole number of base64's groups of four
    for (let from = start; index - from >= MIN_RUN; from += MAX_RUN - OVERLAP) {
      found.push(...decodeRun(text, from, Math.min(index, from + MAX_RUN)));
      if (from + MAX_RUN >= index) break;
    }
    start = index + 1;
  }
  return found;
}

function decodeRun(text: string, start: number, end: number): Encoded[] {
  const run = text.slice(start, end);
  const decoded = HEX.test(run) ? fromHex(run) : fromBase64(run);
  if (decoded === null) return [];
  const padding = /^={0,2}/.exec(text.slice(end, end + 2))?.[0].length ?? 0;
  return [{ text: decoded, start, end: end + padding }];
}

function fromBase64(run: string): string | null {
  const body = run;
  if (body.length % 4 === 1) return null;
  const normal = body.replaceAll("-", "+").replaceAll("_", "/");
  // the first bytes tell: a digest or an image is not readable, and decoding it whole would be wasted
  return readable(decodeBase64(normal.slice(0, 24))) === null ? null : readable(decodeBase64(normal), true);
}

function decodeBase64(body: string): string {
  try {
    return atob(body);
  } catch {
    return "\u0000";
  }
}

function fromHex(run: string): string | null {
  let text = "";
  for (let at = 0; at < run.length; at += 2) {
    const code = Number.parseInt(run.slice(at, at + 2), 16);
    if ((code > 126 && code < 160) || (code < 32 && code !== 10 && code !== 13 && code !== 9)) {
      if (at < 16 && code !== 0) return null;
    }
    text += String.fromCharCode(code);
  }
  return readable(text, true);
}

/** Text as it is, UTF-8 with few letters beyond ASCII, or UTF-16 as PowerShell encodes commands; null for anything else. */
function readable(text: string, whole = false): string | null {
  if (READABLE.test(text)) return text;
  if (WIDE.test(text)) return text.replaceAll("\u0000", "");
  if (!MOSTLY.test(text)) return null;
  const beyond = text.length - text.replace(/[\x80-\xff]/g, "").length;
  return beyond * (whole ? 4 : 2) <= text.length && UTF8.test(text) ? text : null;
}
