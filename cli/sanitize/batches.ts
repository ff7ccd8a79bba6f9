import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { readCanonicalEvent } from "#cli/run/canonical-events.ts";
import { FileRefused, type Line, textLines, textPieces } from "./read-text.ts";
import { type FindIn, safePartsOf } from "./safe-cut.ts";
import { type JsonPiece, splitJson } from "./split-json.ts";

export type InputKind = "events" | "lines" | "json" | "text";

/** One record of a file: what is cleaned, checked and refused by itself. */
export type Item = {
  /** 1-based line; of a text, its part. */
  line: number;
  session: string;
  value: JsonValue;
  /** How its clean form is written. */
  write: (value: JsonValue) => string;
};

/** A record that can't be read and is left out: code and safe paths. */
export type Unreadable = { line: number; code: string; paths: string[] };
export type Batch = { items: Item[]; unreadable: Unreadable[] };

export type InputFile = { path: string; kind: InputKind; session: string; bytes: number };

const BATCH_CHARACTERS = 256 * 1024;
const BATCH_LINES = 1_000;
/** A larger document is taken apart: what is made of it must fit into memory too. */
const LARGEST_WHOLE = 4 * 1024 * 1024;

/** The records of a file in batches that fit into memory. */
export async function* batchesOf(
  file: InputFile,
  context: { onBytes: (bytes: number) => void; find: FindIn },
): AsyncGenerator<Batch> {
  const pieces = textPieces(file.path, context.onBytes);
  if (file.kind === "json" && file.bytes > LARGEST_WHOLE) yield* piecesOf(file, pieces);
  else if (file.kind === "json") yield await documentOf(file, pieces);
  else if (file.kind === "text") yield* partsOf(file, pieces, context.find);
  else yield* lineBatches(file, pieces);
}

async function* partsOf(file: InputFile, pieces: AsyncIterable<string>, find: FindIn): AsyncGenerator<Batch> {
  let part = 0;
  for await (const value of safePartsOf(pieces, find)) {
    part += 1;
    yield { items: [{ line: part, session: file.session, value, write: asText }], unreadable: [] };
  }
}

async function* lineBatches(file: InputFile, pieces: AsyncIterable<string>): AsyncGenerator<Batch> {
  let batch: Batch = { items: [], unreadable: [] };
  let size = 0;
  for await (const lines of textLines(pieces)) {
    for (const line of lines) {
      addLine(batch, line, file);
      size += line.text.length;
      if (size < BATCH_CHARACTERS && batch.items.length < BATCH_LINES) continue;
      yield batch;
      batch = { items: [], unreadable: [] };
      size = 0;
    }
  }
  yield batch;
}

function addLine(batch: Batch, line: Line, file: InputFile): void {
  const { number } = line;
  if (line.tooLong) {
    batch.unreadable.push({ line: number, code: "line_too_long", paths: [] });
    return;
  }
  if (file.kind === "events") {
    const event = readCanonicalEvent(line.text);
    if (event.ok)
      batch.items.push({ line: number, session: event.session, value: event.value, write: asJson });
    else batch.unreadable.push({ line: number, code: event.code, paths: event.paths });
    return;
  }
  const value = parse(line.text);
  // a line that is no JSON is cleaned as the text that it is
  const item = value === undefined ? { value: line.text, write: asLine } : { value, write: asJson };
  batch.items.push({ line: number, session: file.session, ...item });
}

async function documentOf(file: InputFile, pieces: AsyncIterable<string>): Promise<Batch> {
  const parts: string[] = [];
  for await (const piece of pieces) parts.push(piece);
  const text = parts.join("");
  const value = parse(text);
  if (value === undefined) throw new FileRefused("malformed_json");
  const indent = /^\s*[[{]\r?\n([ \t]{1,8})/.exec(text)?.[1];
  const write = (clean: JsonValue) => `${JSON.stringify(clean, null, indent)}\n`;
  return { items: [{ line: 1, session: file.session, value, write }], unreadable: [] };
}

/** A large document in pieces: brackets and commas pass as they are, all else is cleaned. */
async function* piecesOf(file: InputFile, pieces: AsyncIterable<string>): AsyncGenerator<Batch> {
  let items: Item[] = [];
  let size = 0;
  let number = 0;
  for await (const { kind, text } of splitJson(pieces)) {
    number += 1;
    const value = kind === "raw" ? null : parse(text);
    if (value === undefined) throw new FileRefused("malformed_json");
    const write = kind === "raw" ? () => text : WRITE[kind];
    items.push({ line: number, session: file.session, value, write });
    size += text.length;
    if (size < BATCH_CHARACTERS && items.length < BATCH_LINES) continue;
    yield { items, unreadable: [] };
    items = [];
    size = 0;
  }
  yield { items, unreadable: [] };
}

/** Members come as objects of their own, keys with null in place of what follows them. */
const WRITE: Record<Exclude<JsonPiece["kind"], "raw">, (value: JsonValue) => string> = {
  item: (value) => JSON.stringify(value),
  member: (value) => JSON.stringify(value).slice(1, -1),
  key: (value) => JSON.stringify(value).slice(1, -"null}".length),
};

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue; // JSON.parse makes JSON values and nothing else
  } catch {
    return undefined;
  }
}

function asJson(value: JsonValue): string {
  return `${JSON.stringify(value)}\n`;
}

function asLine(value: JsonValue): string {
  return `${asText(value)}\n`;
}

function asText(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
