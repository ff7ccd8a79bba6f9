import { FileRefused } from "./read-text.ts";

/**
 * A piece of a JSON document: brackets and commas as they are (`raw`), the key of a container that is taken apart (`key`), a
 * member of such an object (`member`, as an object of its own) or an item of such a list (`item`). Texts are JSON.
 */
export type JsonPiece = { kind: "raw" | "key" | "member" | "item"; text: string };

/** Containers that are longer are taken apart. */
const LONGEST_WHOLE = 512 * 1024;
/** Texts can't be taken apart. */
const LONGEST_TEXT = 64 * 1024 * 1024;
/** As deep as documents are taken apart; what is deeper is whole. */
const DEEPEST = 64;

/** `full` while the last thing seen in it was a child: two children need a comma between them, a comma needs both. */
type Level = { closes: "]" | "}"; full: boolean; started: boolean };

/** Takes a document apart as it is read, so that none of its pieces is long. What is no JSON refuses the file. */
export async function* splitJson(
  pieces: AsyncIterable<string>,
  longest = LONGEST_WHOLE,
): AsyncGenerator<JsonPiece> {
  const splitter = new Splitter(longest);
  for await (const piece of pieces) yield* splitter.take(piece);
  yield* splitter.end();
}

class Splitter {
  readonly #longest: number;
  readonly #levels: Level[] = [];
  /** The child that is being read, what of it was looked at, and how deep in it we are. */
  #open = "";
  #at = 0;
  #depth = 0;
  #inText = false;
  #done = false;

  constructor(longest: number) {
    this.#longest = longest;
  }

  *take(piece: string): Generator<JsonPiece> {
    this.#open += piece;
    for (;;) {
      yield* this.#children();
      if (this.#open.length <= this.#longest) return;
      const before = this.#levels.length;
      yield* this.#takeApart();
      if (this.#levels.length > before) continue;
      if (this.#open.length > LONGEST_TEXT) throw new FileRefused("too_large");
      return;
    }
  }

  *end(): Generator<JsonPiece> {
    if (!this.#done) yield* this.#child(this.#open);
    else if (this.#open.trim() !== "") throw new FileRefused("malformed_json");
    if (this.#levels.length > 0 || this.#inText) throw new FileRefused("malformed_json");
  }

  /** Gives the children that are complete. */
  *#children(): Generator<JsonPiece> {
    const token = /["\\[\]{},]/g;
    token.lastIndex = this.#at;
    let from = 0;
    let looked = this.#at;
    for (let match = token.exec(this.#open); match !== null; match = token.exec(this.#open)) {
      const [sign] = match;
      if (this.#inText) {
        // an escape's second half may come with the next piece
        if (sign === "\\") token.lastIndex += 1;
        else if (sign === '"') this.#inText = false;
      } else if (sign === '"') this.#inText = true;
      else if (sign === "[" || sign === "{") this.#depth += 1;
      else if (this.#depth > 0 && sign !== ",") this.#depth -= 1;
      else if (this.#depth === 0 && this.#levels.length > 0) {
        yield* this.#child(this.#open.slice(from, match.index));
        from = match.index + 1;
        yield* this.#sign(sign);
      }
      looked = token.lastIndex;
    }
    looked = Math.max(looked, this.#open.length);
    this.#at = looked - from;
    this.#open = this.#open.slice(from);
  }

  /** A comma or a closing bracket of a container that is taken apart. */
  *#sign(sign: string): Generator<JsonPiece> {
    const level = this.#levels.at(-1);
    const fits =
      sign === "," ? level?.full === true : sign === level?.closes && (level.full || !level.started);
    if (level === undefined || !fits) throw new FileRefused("malformed_json");
    level.full = false;
    level.started = true;
    yield { kind: "raw", text: sign === "," ? ",\n" : `\n${sign}` };
    if (sign === ",") return;
    this.#levels.pop();
    const outer = this.#levels.at(-1);
    if (outer === undefined) this.#done = true;
    else outer.full = true;
  }

  *#child(text: string): Generator<JsonPiece> {
    if (text.trim() === "") return;
    if (this.#done) throw new FileRefused("malformed_json");
    const level = this.#levels.at(-1);
    if (level === undefined) this.#done = true;
    else if (level.full) throw new FileRefused("malformed_json");
    else level.full = true;
    if (level?.closes === "}") yield { kind: "member", text: `{${text}}` };
    else yield { kind: "item", text };
  }

  /** Opens the long container at the beginning of what is being read, if it is one. */
  *#takeApart(): Generator<JsonPiece> {
    if (this.#done || this.#levels.length >= DEEPEST) return;
    const inObject = this.#levels.at(-1)?.closes === "}";
    const start = (inObject ? /^\s*("(?:[^"\\]|\\.){0,4096}")\s*:\s*([[{])/ : /^\s*()([[{])/).exec(
      this.#open,
    );
    const [whole, key, bracket] = start ?? [];
    if (whole === undefined || bracket === undefined) return;
    if (key) yield { kind: "key", text: `{${key}:null}` };
    yield { kind: "raw", text: `${bracket}\n` };
    this.#levels.push({ closes: bracket === "[" ? "]" : "}", full: false, started: false });
    // what is in it is looked at anew, from its own level
    this.#open = this.#open.slice(whole.length);
    this.#at = 0;
    this.#depth = 0;
    this.#inText = false;
  }
}
