import type { JsonValue } from "#lib/domain/canonical-json.ts";

/** Deeper values are refused: the sanitizer walks 200 levels, of which some are its own. */
const DEEPEST = 190;

/** Whether a value is nested deeper than the sanitizer reads. Goes no deeper itself. */
export function isTooDeep(value: JsonValue, room = DEEPEST): boolean {
  if (value === null || typeof value !== "object") return false;
  if (room === 0) return true;
  return Object.values(value).some((item) => isTooDeep(item, room - 1));
}
