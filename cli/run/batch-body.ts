import { promisify } from "node:util";
import { zstdCompress } from "node:zlib";
import { type SealedEpisode, unsealBytes } from "./seal.ts";

const compress = promisify<Uint8Array, Buffer>(zstdCompress);
const LINE_END = Uint8Array.of(0x0a);

/** Records as the body of a batch: the very bytes that each would be sent with alone, a line each, in one zstd frame. */
export function batchBody(
  episodes: readonly Pick<SealedEpisode, "body" | "encoding">[],
): Promise<Uint8Array> {
  return compress(Buffer.concat(episodes.flatMap((episode) => [unsealBytes(episode), LINE_END])));
}
