import { gatherBytes } from "./gather-bytes.ts";

/** One line without its line feed, or the fact that there was one with too many bytes. */
export type Line = { bytes: Uint8Array } | { tooLong: true };

/** Cuts bytes that come in pieces into lines. */
export type LineSplitter = {
  /** Takes the next bytes and gives the lines that end in them. */
  push(chunk: Uint8Array): Line[];
  /** What came after the last line feed; undefined if nothing did. */
  end(): Line | undefined;
};

const LINE_FEED = 0x0a;

/** Lines of at most `maxBytes` bytes each. Of a longer one nothing is kept: it is passed over up to its end. */
export function splitLines(maxBytes: number): LineSplitter {
  const line = gatherBytes();
  let length = 0;
  const take = (piece: Uint8Array): void => {
    length += piece.length;
    if (length > maxBytes) line.take();
    else line.add(piece);
  };
  const close = (): Line => {
    const closed = length > maxBytes ? ({ tooLong: true } as const) : { bytes: line.take() };
    length = 0;
    return closed;
  };
  return {
    push(chunk) {
      const lines: Line[] = [];
      let from = 0;
      for (;;) {
        const to = chunk.indexOf(LINE_FEED, from);
        if (to < 0) break;
        take(chunk.subarray(from, to));
        lines.push(close());
        from = to + 1;
      }
      take(chunk.subarray(from));
      return lines;
    },
    end: () => (length > 0 ? close() : undefined),
  };
}
