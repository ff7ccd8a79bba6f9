/** What a hit is told: the index of the keyword in the list, and the offset at which it starts. */
type OnHit = (keyword: number, start: number) => void;

const ASCII = 128;

/**
 * A dense Aho-Corasick automaton over ASCII keywords, case folded: one table look-up a character, whatever the number of
 * keywords. Every character beyond ASCII resets it.
 * (The `as number` casts below read typed arrays at indexes that the construction keeps in range.)
 */
export class KeywordScanner {
  #next: Int32Array | Uint16Array;
  /** Column of each ASCII character in the table: letters without regard to case, 0 for what no keyword holds. */
  readonly #column: Uint8Array;
  readonly #width: number;
  #states = 1;
  /** First keyword that ends in a state, or -1. */
  readonly #output: Int32Array;
  /** The state itself if a keyword ends in it, else its `link`. */
  readonly #first: Uint16Array | Int32Array;
  /** The next shorter suffix state that has an output, or 0. */
  readonly #link: Int32Array;
  readonly #sameEnd: (number[] | undefined)[];
  readonly #lengths: Int32Array;

  constructor(keywords: readonly string[]) {
    const size = keywords.reduce((sum, keyword) => sum + keyword.length, 1);
    this.#column = columnsOf(keywords);
    this.#width = this.#column.reduce((most, column) => Math.max(most, column), 0) + 1;
    this.#next = new Int32Array(size * this.#width).fill(-1);
    this.#output = new Int32Array(size).fill(-1);
    this.#link = new Int32Array(size);
    this.#sameEnd = [];
    this.#lengths = Int32Array.from(keywords, (keyword) => keyword.length);
    this.#plant(keywords);
    this.#connect(size);
    const first = this.#output.map((keyword, state) =>
      keyword >= 0 ? state : (this.#link[state] as number),
    );
    this.#first = size < 65_536 ? Uint16Array.from(first) : first;
    // half the size: more of the table stays in the processor's caches
    if (size < 65_536) this.#next = Uint16Array.from(this.#next.subarray(0, this.#states * this.#width));
  }

  /** Calls `onHit` for every occurrence of every keyword, in the order of their ends. */
  scan(text: string, onHit: OnHit): void {
    const next = this.#next;
    const first = this.#first;
    const link = this.#link;
    const column = this.#column;
    const width = this.#width;
    let state = 0;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      // typed arrays are in range here: the table holds every state and every ASCII code
      state = code < ASCII ? (next[state * width + (column[code] as number)] as number) : 0;
      let at = first[state] as number;
      while (at !== 0) {
        this.#emit(at, index, onHit);
        at = link[at] as number;
      }
    }
  }

  #emit(state: number, index: number, onHit: OnHit): void {
    const first = this.#output[state] as number; // only states with an output get here
    onHit(first, index + 1 - (this.#lengths[first] as number));
    for (const other of this.#sameEnd[state] ?? [])
      onHit(other, index + 1 - (this.#lengths[other] as number));
  }

  #plant(keywords: readonly string[]): void {
    let states = 1;
    keywords.forEach((keyword, index) => {
      let state = 0;
      for (let at = 0; at < keyword.length; at += 1) {
        const slot = state * this.#width + (this.#column[keyword.charCodeAt(at) & (ASCII - 1)] as number);
        if ((this.#next[slot] as number) < 0) this.#next[slot] = states++;
        state = this.#next[slot] as number;
      }
      if ((this.#output[state] as number) < 0) this.#output[state] = index;
      else this.#sameEnd[state] = [...(this.#sameEnd[state] ?? []), index];
    });
    this.#states = states;
  }

  #connect(size: number): void {
    const fail = new Int32Array(size);
    const queue: number[] = [0];
    for (let head = 0; head < queue.length; head += 1) {
      const state = queue[head] as number; // head is below the length
      for (let column = 0; column < this.#width; column += 1) {
        const slot = state * this.#width + column;
        const target = this.#next[slot] as number;
        const fallback =
          state === 0 ? 0 : (this.#next[(fail[state] as number) * this.#width + column] as number);
        if (target < 0) {
          this.#next[slot] = fallback;
          continue;
        }
        fail[target] = fallback;
        this.#link[target] =
          (this.#output[fallback] as number) >= 0 ? fallback : (this.#link[fallback] as number);
        queue.push(target);
      }
    }
  }
}

function columnsOf(keywords: readonly string[]): Uint8Array {
  const column = new Uint8Array(ASCII);
  let used = 0;
  for (const letter of new Set(keywords.join("").toLowerCase())) {
    const code = letter.charCodeAt(0) & (ASCII - 1);
    used += 1;
    column[code] = used;
    column[letter.toUpperCase().charCodeAt(0) & (ASCII - 1)] = used;
  }
  return column;
}
