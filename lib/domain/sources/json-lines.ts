import type { JsonValue } from "#lib/domain/canonical-json.ts";

/** A parsed JSON object of a log, before anything is known about it. */
export type LogObject = { [key: string]: JsonValue };

const MAX_DEPTH = 200;

/** The objects of a JSON Lines text in order, and what could not be read. */
export type JsonLines = { records: LogObject[]; badLines: number; cutLastLine: boolean };

/**
 * Reads JSON Lines without ever throwing. A last line that doesn't parse and has no line end is a cut line (the agent is
 * still writing); every other line that is not a JSON object is a bad line. Blank lines don't count.
 */
export function readJsonLines(text: string): JsonLines {
  const records: LogObject[] = [];
  let badLines = 0;
  let cutLastLine = false;
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  lines.forEach((raw, index) => {
    const line = raw.trim();
    if (line === "") return;
    const value = parseJson(line);
    if (isLogObject(value)) records.push(value);
    else if (value === undefined && index === lines.length - 1) cutLastLine = true;
    else badLines += 1;
  });
  return { records, badLines, cutLastLine };
}

/** `JSON.parse` that answers undefined for text that is not JSON, or nests so deep that walking it is a danger. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    const value = JSON.parse(text) as JsonValue; // JSON.parse yields JSON values by definition
    return isDeeperThan(value, MAX_DEPTH) ? undefined : value;
  } catch {
    return undefined;
  }
}

function isDeeperThan(value: JsonValue, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeperThan(item, levels - 1));
}

export function isLogObject(value: JsonValue | undefined): value is LogObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
