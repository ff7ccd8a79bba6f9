/**
 * A text as a reader or a program would see it, with the way back: the character at `index` of `text` stands for the raw
 * text from `starts[index]` to `ends[index]` (UTF-16 units). The raw view has no maps.
 */
export type View = {
  text: string;
  map?: { starts: Uint32Array; ends: Uint32Array };
  /** What was left out between two characters must stay: a range is then replaced piece by piece. */
  pieces?: boolean;
};

/** The raw range of a view's range. `end` is exclusive; an empty range is not allowed. */
export function toRaw(view: View, start: number, end: number): { start: number; end: number } {
  if (view.map === undefined) return { start, end };
  // the caller's range lies inside the view, whose maps have one entry a character
  return { start: view.map.starts[start] as number, end: view.map.ends[end - 1] as number };
}

/** The raw ranges of a view's range: one, or one for each run without a gap if the view is made of pieces. */
export function toRawRanges(view: View, start: number, end: number): { start: number; end: number }[] {
  if (view.map === undefined || view.pieces !== true) return [toRaw(view, start, end)];
  const ranges: { start: number; end: number }[] = [];
  for (let index = start; index < end; index += 1) {
    const place = toRaw(view, index, index + 1);
    const last = ranges.at(-1);
    if (last !== undefined && place.start === last.end) last.end = place.end;
    else ranges.push({ ...place });
  }
  return ranges;
}

/** Collects the characters of a new view over an older one, composing the maps. */
export class ViewBuilder {
  readonly #base: View;
  readonly #pieces: string[] = [];
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  #length = 0;

  /** A view never grows: `base.text.length` characters are enough. */
  constructor(base: View) {
    this.#base = base;
    this.#starts = new Uint32Array(base.text.length);
    this.#ends = new Uint32Array(base.text.length);
  }

  /** Takes over a range of the base unchanged. */
  copy(from: number, to: number): void {
    if (to <= from) return;
    this.#pieces.push(this.#base.text.slice(from, to));
    const { map } = this.#base;
    if (map !== undefined) {
      this.#starts.set(map.starts.subarray(from, to), this.#length);
      this.#ends.set(map.ends.subarray(from, to), this.#length);
    } else {
      for (let index = from; index < to; index += 1) {
        this.#starts[this.#length + index - from] = index;
        this.#ends[this.#length + index - from] = index + 1;
      }
    }
    this.#length += to - from;
  }

  /** Writes characters of its own, each standing for the whole base range. */
  write(characters: string, from: number, to: number): void {
    if (characters === "") return;
    this.#pieces.push(characters);
    const raw = toRaw(this.#base, from, to);
    this.#starts.fill(raw.start, this.#length, this.#length + characters.length);
    this.#ends.fill(raw.end, this.#length, this.#length + characters.length);
    this.#length += characters.length;
  }

  build(): View {
    const starts = this.#starts.subarray(0, this.#length);
    const ends = this.#ends.subarray(0, this.#length);
    const pieces = this.#base.pieces === true ? { pieces: true } : {};
    return { text: this.#pieces.join(""), map: { starts, ends }, ...pieces };
  }
}
