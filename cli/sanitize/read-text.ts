import { createReadStream } from "node:fs";
import { systemCode } from "#cli/io/failure.ts";

/** Why a file gives nothing at all. */
export type FileFault =
  | "unreadable"
  | "binary"
  | "not_utf8"
  | "no_safe_border"
  | "residual_finding"
  | "too_large"
  | "malformed_json"
  | "name_holds_finding";

/** A file that is refused as a whole, by name. Holds no content. */
export class FileRefused extends Error {
  override readonly name = "FileRefused";
  readonly code: FileFault;
  readonly places: readonly { rule: string; path: string }[];
  constructor(code: FileFault, places: readonly { rule: string; path: string }[] = []) {
    super(code);
    this.code = code;
    this.places = places;
  }
}

const PIECE = 256 * 1024;

/** The text of a file in pieces, whatever its size. Bytes that are no UTF-8, a character cut at the end and NULs refuse the file. */
export async function* textPieces(path: string, onBytes: (bytes: number) => void): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const stream = createReadStream(path, { highWaterMark: PIECE });
  try {
    for await (const bytes of stream) {
      if (!(bytes instanceof Uint8Array)) continue;
      onBytes(bytes.length);
      yield checked(decoder.decode(bytes, { stream: true }));
    }
    yield checked(decoder.decode());
  } catch (error) {
    if (error instanceof FileRefused) throw error;
    if (error instanceof TypeError) throw new FileRefused("not_utf8");
    if (systemCode(error) === undefined) throw error;
    throw new FileRefused("unreadable");
  } finally {
    stream.destroy();
  }
}

function checked(text: string): string {
  if (text.includes("\0")) throw new FileRefused("binary");
  return text;
}

export type Line = { number: number; text: string; tooLong: boolean };

/** Longer lines are named and left out: what is made of them would not fit into memory. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** The lines of a file, without their ends; blank lines are left out. */
export async function* textLines(
  pieces: AsyncIterable<string>,
  longest = LONGEST_LINE,
): AsyncGenerator<Line[]> {
  let number = 0;
  let open: string[] = [];
  let length = 0;
  const close = (rest: string): Line => {
    number += 1;
    const tooLong = length + rest.length > longest;
    const text = tooLong ? "" : open.length === 0 ? rest : open.join("") + rest;
    open = [];
    length = 0;
    return { number, text: text.endsWith("\r") ? text.slice(0, -1) : text, tooLong };
  };
  for await (const piece of pieces) {
    const parts = piece.split("\n");
    const last = parts.pop() ?? "";
    yield parts.map(close).filter(isFull);
    length += last.length;
    if (length > longest) open = [];
    else if (last !== "") open.push(last);
  }
  if (length > 0) yield [close("")].filter(isFull);
}

function isFull(line: Line): boolean {
  return line.tooLong || line.text.trim() !== "";
}
