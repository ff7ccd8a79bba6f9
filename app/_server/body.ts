import { AppError } from "#lib/domain/errors.ts";
import { gatherBytes } from "#lib/domain/wire/gather-bytes.ts";
import type { Codec } from "#lib/ports/system.ts";
import { bodyPieces } from "./body-pieces.ts";

/**
 * The whole body of a request, at most `maxBytes` both as sent and after decompression. Counts while it reads, so a false
 * length or a zstd bomb is cut off; nothing is kept of a body that is refused.
 */
export async function readBody(request: Request, codec: Codec, maxBytes: number): Promise<Uint8Array> {
  requireJson(request);
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity" && encoding !== "zstd") throw new AppError("unsupported_media_type");
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw new AppError("body_too_large");
  const bytes = await readBounded(request, maxBytes);
  return encoding === "zstd" ? codec.decompress(bytes, maxBytes) : bytes;
}

function requireJson(request: Request): void {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json")
    throw new AppError("unsupported_media_type", { detail: "Send application/json." });
}

async function readBounded(request: Request, maxBytes: number): Promise<Uint8Array> {
  const gathered = gatherBytes();
  for await (const piece of bodyPieces(request, maxBytes)) gathered.add(piece);
  return gathered.take();
}
