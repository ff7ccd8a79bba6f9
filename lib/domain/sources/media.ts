import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { objectOf, textOf } from "./fields.ts";
import type { LogObject } from "./json-lines.ts";

const DATA_URL = /data:([\w.+-]+\/[\w.+-]+)(?:;[\w=.+-]+)*;base64,([A-Za-z0-9+/_-]+={0,2})/g;
const SHORTEST_BLOB = 64;

/** The visible stand-in for bytes that never enter a record: kind, media type and decoded size. */
export function mediaStub(mediaType: string | undefined, base64: string | undefined): string {
  const type = mediaType !== undefined && /^[\w.+-]+\/[\w.+-]+$/.test(mediaType) ? mediaType : undefined;
  const name = type?.startsWith("image/") ? "image" : "file";
  const size = base64 === undefined ? undefined : `${decodedSize(base64)} bytes`;
  return `[${[name, type, size].filter((part) => part !== undefined).join(" ")}]`;
}

/** Replaces base64 data URLs inside a text by stubs. */
export function withoutDataUrls(text: string): string {
  if (!text.includes(";base64,")) return text;
  return text.replace(DATA_URL, (whole, type: string, data: string) =>
    data.length < SHORTEST_BLOB ? whole : mediaStub(type, data),
  );
}

/** The same for every string of a JSON value. */
export function valueWithoutDataUrls(value: JsonValue): JsonValue {
  if (typeof value === "string") return withoutDataUrls(value);
  if (Array.isArray(value)) return value.map(valueWithoutDataUrls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, valueWithoutDataUrls(item)]));
}

/** The stub of an Anthropic `image` or `document` block. */
export function anthropicMediaStub(block: LogObject): string {
  const source = objectOf(block, "source");
  const fallback = textOf(block, "type") === "image" ? "[image]" : "[document]";
  const data = textOf(source, "data");
  return data === undefined ? fallback : mediaStub(textOf(source, "media_type"), data);
}

/** The stub of a Responses API `input_image` item. */
export function responsesImageStub(item: LogObject): string {
  const url = textOf(item, "image_url");
  return url?.startsWith("data:") ? withoutDataUrls(url) : "[image]";
}

function decodedSize(base64: string): number {
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  return Math.max(0, Math.floor((base64.length * 3) / 4) - padding);
}
