import { AppError } from "#lib/domain/errors.ts";

/** Follows the outline of a zstd frame without decoding it. */
type FrameWalker = {
  /** Takes the next bytes; throws `malformed_text` as soon as they can't belong to one single frame. */
  push(chunk: Uint8Array): void;
  /** Throws `malformed_text` unless the frame has ended. */
  end(): void;
};

const MAGIC = 0xfd2fb528;
const BLOCK_RESERVED = 3;
const BLOCK_RLE = 1;

/**
 * Proves that bytes are exactly one whole frame (RFC 8878, 3.1.1). The decoder itself would join frames that follow each
 * other and pass over skippable ones, so one body could be written in endless ways and hide bytes that nobody reads.
 */
export function walkFrame(): FrameWalker {
  const outline = outlineOfFrame();
  let part = outline.next();
  let collected: number[] = [];
  let left = part.done ? 0 : part.value.bytes;
  return {
    push(chunk) {
      let at = 0;
      while (at < chunk.length) {
        if (part.done) throw malformed();
        const taken = Math.min(left, chunk.length - at);
        if (part.value.keep) collected.push(...chunk.subarray(at, at + taken));
        at += taken;
        left -= taken;
        while (left === 0 && !part.done) {
          part = outline.next(collected);
          collected = [];
          left = part.done ? 0 : part.value.bytes;
        }
      }
    },
    end() {
      if (!part.done) throw malformed();
    },
  };
}

/** Bytes that come next; kept ones are handed back, the others are passed over. */
type Part = { bytes: number; keep: boolean };

function* outlineOfFrame(): Generator<Part, void, number[]> {
  const magic = littleEndian(yield { bytes: 4, keep: true });
  if (magic !== MAGIC) throw malformed();
  const descriptor = littleEndian(yield { bytes: 1, keep: true });
  if (descriptor & 0b1000) throw malformed();
  yield { bytes: headerBytes(descriptor), keep: false };
  for (let last = false; !last; ) {
    const header = littleEndian(yield { bytes: 3, keep: true });
    last = (header & 1) === 1;
    const kind = (header >> 1) & 0b11;
    if (kind === BLOCK_RESERVED) throw malformed();
    yield { bytes: kind === BLOCK_RLE ? 1 : header >> 3, keep: false };
  }
  const checksum = (descriptor & 0b100) !== 0;
  yield { bytes: checksum ? 4 : 0, keep: false };
}

/** Window descriptor, dictionary id and content size. */
function headerBytes(descriptor: number): number {
  const singleSegment = (descriptor & 0b10_0000) !== 0;
  const dictionaryId = [0, 1, 2, 4][descriptor & 0b11] ?? 0;
  const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return (singleSegment ? 0 : 1) + dictionaryId + contentSize;
}

function littleEndian(bytes: readonly number[]): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}

function malformed(): AppError {
  return new AppError("malformed_text", { detail: "The bytes are not exactly one whole zstd frame." });
}
