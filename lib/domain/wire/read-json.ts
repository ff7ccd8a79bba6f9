import type { ErrorCode } from "#lib/domain/errors.ts";
import { LIMITS } from "#lib/domain/episode/limits.ts";

export type ReadJson =
  | { ok: true; value: unknown }
  | {
      ok: false;
      code: Extract<ErrorCode, "body_too_large" | "malformed_text" | "malformed_json" | "too_deep">;
    };

/**
 * Bytes to a JSON value, fail-closed: at most `maxBytes`, valid UTF-8, at most 32 levels (counted before parsing), strings
 * well-formed and without NUL, keys included.
 */
export function readJson(bytes: Uint8Array, maxBytes: number = LIMITS.recordBytes): ReadJson {
  if (bytes.length > maxBytes) return { ok: false, code: "body_too_large" };
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { ok: false, code: "malformed_text" };
  }
  if (nestingOf(text) > LIMITS.depth) return { ok: false, code: "too_deep" };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, code: "malformed_json" };
  }
  return hasOddText(value) ? { ok: false, code: "malformed_text" } : { ok: true, value };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The deepest nesting of brackets outside strings; counts without recursion, so that no input exhausts the stack. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === BACKSLASH) index++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}

function hasOddText(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\u0000") || !value.isWellFormed();
  if (Array.isArray(value)) return value.some(hasOddText);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, item]) => hasOddText(key) || hasOddText(item));
}
