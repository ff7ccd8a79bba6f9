import type { Transform } from "node:stream";
import { promisify } from "node:util";
import {
  constants,
  createZstdCompress,
  createZstdDecompress,
  zstdCompress,
  zstdDecompress,
  type ZstdOptions,
} from "node:zlib";
import { AppError, isAppError } from "#lib/domain/errors.ts";
import type { Codec, StrictFrame } from "#lib/ports/system.ts";
import { walkFrame } from "./zstd-frame.ts";

const compressOnce = promisify<Uint8Array, ZstdOptions, Buffer>(zstdCompress);
const decompressOnce = promisify<Uint8Array, ZstdOptions, Buffer>(zstdDecompress);

const DEFAULT_LEVEL = 3;
/** Every decoder must take a window of 8 MiB (RFC 8878, 3.1.1.1.2); 128 MiB is what the `zstd` program takes. */
const WINDOW_LOG = { least: 23, most: 27 };
/** Before this many bytes have come out, their ratio to those that went in says nothing. */
const RATIO_FROM = 1024 * 1024;

/**
 * Zstandard by Node's own zlib, on its thread pool. Node's `nbWorkers` stays unset: it ends the process on Node 24
 * (ERR_STREAM_PUSH_AFTER_EOF). Compressed frames carry a checksum; a body must be exactly one whole frame.
 */
export function createCodec(): Codec {
  return {
    library: `node:zlib zstd ${process.versions["zstd"] ?? "of unknown version"}`,
    compress: (bytes, level) => compressOnce(bytes, compression(level)),
    decompress,
    compressStream: (source, level) => through(source, createZstdCompress(compression(level))),
    decompressStream,
  };
}

async function decompress(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const frame = walkFrame();
  frame.push(bytes);
  frame.end();
  try {
    return await decompressOnce(bytes, {
      ...decompression(maxBytes),
      maxOutputLength: Math.max(1, maxBytes),
    });
  } catch (error) {
    throw decodingError(error);
  }
}

async function* decompressStream(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  strict?: StrictFrame,
): AsyncGenerator<Uint8Array> {
  const maxRatio = strict?.maxRatio ?? Number.POSITIVE_INFINITY;
  const size = { read: 0, written: 0 };
  const frame = wholeFrame(source, (bytes) => void (size.read += bytes));
  try {
    for await (const chunk of through(
      frame,
      createZstdDecompress(decompression(maxBytes, strict?.windowLog)),
    )) {
      size.written += chunk.length;
      const swells = size.written > RATIO_FROM && size.written > size.read * maxRatio;
      if (size.written > maxBytes || swells) throw new AppError("body_too_large");
      yield chunk;
    }
  } catch (error) {
    throw decodingError(error);
  }
}

/** Passes the bytes on and fails where they stop being one frame. */
async function* wholeFrame(
  source: AsyncIterable<Uint8Array>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const frame = walkFrame();
  for await (const chunk of source) {
    frame.push(chunk);
    onRead(chunk.length);
    yield chunk;
  }
  frame.end();
}

async function* through(source: AsyncIterable<Uint8Array>, transform: Transform): AsyncGenerator<Uint8Array> {
  const fed = feed(source, transform);
  for await (const chunk of transform) {
    // A Transform's chunks are untyped; a zlib stream emits Buffers only.
    yield chunk as Buffer;
  }
  await fed;
}

/**
 * One write at a time, and the end after the last one is through: Node ends the frame twice when it learns of the end while
 * a write waits, and so appends an empty frame. A fault of the source destroys the transform, whose reader then throws it.
 */
async function feed(source: AsyncIterable<Uint8Array>, transform: Transform): Promise<void> {
  try {
    for await (const chunk of source) await written(transform, chunk);
    transform.end();
  } catch (error) {
    transform.destroy(error instanceof Error ? error : new AppError("internal", { cause: error }));
  }
}

function written(transform: Transform, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    // a decoder that fails in mid-write never calls back
    const onClose = () => reject(new Error("the transform was closed"));
    transform.once("close", onClose);
    transform.write(chunk, (error) => {
      transform.off("close", onClose);
      return error ? reject(error) : resolve();
    });
  });
}

function compression(level = DEFAULT_LEVEL): ZstdOptions {
  return { params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 } };
}

/** A frame may not ask for more memory than its output could need. */
function decompression(maxBytes: number, most: number = WINDOW_LOG.most): ZstdOptions {
  const needed = Math.ceil(Math.log2(Math.max(1, maxBytes)));
  const windowLog = Math.min(most, Math.max(WINDOW_LOG.least, needed));
  return { params: { [constants.ZSTD_d_windowLogMax]: windowLog } };
}

function decodingError(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (isAppError(error)) return error;
  if (code === "ERR_BUFFER_TOO_LARGE" || code === "ZSTD_error_frameParameter_windowTooLarge") {
    return new AppError("body_too_large", { cause: error });
  }
  // Other faults come from the source, and are its own to tell.
  return code.startsWith("ZSTD_error_") || code === "Z_BUF_ERROR"
    ? new AppError("malformed_text", { detail: "The zstd frame is damaged.", cause: error })
    : error;
}
