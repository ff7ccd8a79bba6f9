import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { mapStrings } from "#lib/domain/sanitize/walk.ts";
import { type FindIn, safeParts } from "./safe-cut.ts";

/** A value whose longest texts were taken out to be worked on in parts: `shell` holds stand-ins, `texts` the parts of each. */
export type LongTexts = { shell: JsonValue; texts: string[][] };

const LONG = 1024 * 1024;
const STAND_IN = /^\ue000long text (\d{1,9})\ue000$/;

export function hasLongText(value: JsonValue): boolean {
  if (typeof value === "string") return value.length > LONG;
  if (value === null || typeof value !== "object") return false;
  return Object.values(value).some(hasLongText);
}

export function setAside(value: JsonValue, find: FindIn): LongTexts {
  const texts: string[][] = [];
  const shell = mapStrings(value, ({ text, isKey }) => {
    if (isKey || text.length <= LONG) return text;
    texts.push(safeParts(text, find));
    return `\ue000long text ${texts.length - 1}\ue000`;
  });
  return { shell, texts };
}

/** Puts clean parts where their stand-ins are. A stand-in that the data brought along itself stays what it is. */
export function putBack(shell: JsonValue, texts: readonly string[][]): JsonValue {
  return mapStrings(shell, ({ text, isKey }) => {
    const match = isKey ? null : STAND_IN.exec(text);
    return match === null ? text : (texts[Number(match[1])]?.join("") ?? text);
  });
}
