import type { DataFileName } from "#lib/domain/snapshot/files.ts";
import { runningDigest } from "#lib/domain/snapshot/digests.ts";
import type { Deps } from "#lib/ports/deps.ts";

/** zstd's default level: the older tool's files have it too. */
export const ZSTD_LEVEL = 3;
/** Lines are handed on in pieces of about this many characters. */
const PIECE = 128 * 1024;
/** Pieces that may wait for the compressor before the reader of records has to. */
const WAITING = 4;

/** What is known of a data file when it is whole. */
export type WrittenFile = {
  rows: number;
  bytes: number;
  sha256: string;
  contentSha256: string;
  objectKey: string;
};

/** One data file that grows line by line while it is hashed, compressed and stored. */
export type FileWriter = {
  line(line: string): Promise<void>;
  /** Waits until the object store has the whole file. Throws what went wrong on the way. */
  finish(): Promise<WrittenFile>;
  /** Gives the file up; no object comes of it. */
  abort(reason: unknown): Promise<void>;
};

/** Opens a data file under a new object key. Memory stays bounded: a line waits while the store is behind. */
export function openFileWriter(deps: Deps, objectKey: string): FileWriter {
  const pipe = new TransformStream<Uint8Array, Uint8Array>(undefined, { highWaterMark: WAITING });
  const writer = pipe.writable.getWriter();
  const content = runningDigest();
  const stored = runningDigest();
  const encoder = new TextEncoder();
  let rows = 0;
  let piece = "";
  const compressed = deps.codec.compressStream(chunksOf(pipe.readable), ZSTD_LEVEL);
  const outcome = settle(deps.objects.putStream(objectKey, digested(compressed, stored)));
  const flush = async () => {
    const bytes = encoder.encode(piece);
    piece = "";
    content.add(bytes);
    try {
      await writer.ready;
    } catch {
      // the reading side stopped early: its fault is the one to tell
      await demand(outcome);
    }
    // a fault from here on shows in the next wait for room, or in the outcome
    writer.write(bytes).catch(() => undefined);
  };
  // a store that gives up without reading on would leave lines waiting for ever
  void outcome.then((result) => (result.ok ? undefined : writer.abort(result.error).catch(() => undefined)));
  return {
    async line(line) {
      rows += 1;
      deps.metrics.count("snapshot_rows_total", {});
      piece += `${line}\n`;
      if (piece.length >= PIECE) await flush();
    },
    async finish() {
      if (piece !== "") await flush();
      await writer.close().catch(() => undefined);
      await demand(outcome);
      return { rows, bytes: stored.bytes(), sha256: stored.hex(), contentSha256: content.hex(), objectKey };
    },
    async abort(reason) {
      await writer.abort(reason).catch(() => undefined);
      const result = await outcome;
      if (result.ok) await deps.objects.remove(objectKey);
    },
  };
}

/** The files of one build. If any of them fails, all are given up, and the first real fault is thrown. */
export async function withFileWriters<T>(
  writers: Record<DataFileName, FileWriter>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await Promise.all(Object.values(writers).map((writer) => writer.abort(error)));
    throw error;
  }
}

type Outcome = { ok: true } | { ok: false; error: unknown };

async function demand(outcome: Promise<Outcome>): Promise<void> {
  const result = await outcome;
  if (!result.ok) throw result.error;
}

/** Keeps a failure that nobody waits for yet from ending the process. */
function settle(work: Promise<unknown>): Promise<Outcome> {
  return work.then(
    () => ({ ok: true }),
    (error: unknown) => ({ ok: false, error }),
  );
}

async function* digested(
  source: AsyncIterable<Uint8Array>,
  digest: ReturnType<typeof runningDigest>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    digest.add(chunk);
    yield chunk;
  }
}

/** A web stream as an async iterable that cancels the stream when its reader stops early. */
export async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
