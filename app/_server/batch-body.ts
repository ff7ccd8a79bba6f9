import { AppError, isAppError } from "#lib/domain/errors.ts";
import { BATCH_LIMITS, NDJSON } from "#lib/domain/wire/batch.ts";
import { type Line, splitLines } from "#lib/domain/wire/split-lines.ts";
import type { Codec } from "#lib/ports/system.ts";
import type { BatchItem } from "#lib/services/ingest-batch.ts";
import { bodyPieces } from "./body-pieces.ts";

/** What strangers compress may ask for the memory that every decoder must have (RFC 9659), and swell like no text does. */
const STRICT = { windowLog: 23, maxRatio: 200 } as const;

/**
 * The records of a batch while they arrive, in order. What is wrong with the body as a whole and known before its first byte is thrown
 * at once; what turns out later is the last item, at the place where the batch is cut. Bytes are counted while they are read, as sent
 * and after decompression, and at most one record is held.
 */
export function readBatch(request: Request, codec: Codec): AsyncIterable<BatchItem> {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== NDJSON) throw new AppError("unsupported_media_type", { detail: `Send ${NDJSON}.` });
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity" && encoding !== "zstd") throw new AppError("unsupported_media_type");
  const { bytes } = BATCH_LIMITS;
  if (Number(request.headers.get("content-length") ?? 0) > bytes) throw new AppError("body_too_large");
  const sent = bodyPieces(request, bytes);
  return itemsOf(encoding === "zstd" ? codec.decompressStream(sent, bytes, STRICT) : sent);
}

async function* itemsOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<BatchItem> {
  const { records, recordBytes } = BATCH_LIMITS;
  const lines = splitLines(recordBytes);
  let read = 0;
  try {
    for await (const chunk of source) {
      for (const line of lines.push(chunk)) {
        if (read === records) throw tooMany();
        read += 1;
        yield itemOf(line);
      }
    }
  } catch (error) {
    // of a body that breaks off, what stands after its last whole line is no record
    yield { ok: false, error: cutError(error) };
    return;
  }
  const rest = lines.end();
  if (rest) yield read === records ? { ok: false, error: tooMany() } : itemOf(rest);
}

function itemOf(line: Line): BatchItem {
  if ("bytes" in line) return { ok: true, bytes: line.bytes };
  return { ok: false, error: new AppError("body_too_large", { detail: "This record is too large." }) };
}

function tooMany(): AppError {
  const detail = `A batch holds at most ${BATCH_LIMITS.records} records. This one and those after it were not read.`;
  return new AppError("body_too_large", { detail });
}

/** A connection that breaks throws what it likes; nobody is there to read the answer. */
function cutError(error: unknown): AppError {
  if (isAppError(error)) return error;
  return new AppError("malformed_text", { detail: "The batch breaks off here.", cause: error });
}
