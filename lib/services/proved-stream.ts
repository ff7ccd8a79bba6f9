import { runningDigest } from "#lib/domain/snapshot/digests.ts";
import { AppError } from "#lib/domain/errors.ts";

/**
 * The same bytes, hashed on their way. The last piece is held back until the digest is known to be the right one: a damaged file
 * breaks off and never looks whole.
 */
export function provedStream(source: ReadableStream<Uint8Array>, sha256: string): ReadableStream<Uint8Array> {
  const digest = runningDigest();
  let held: Uint8Array | undefined;
  return source.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        digest.add(chunk);
        if (held) controller.enqueue(held);
        held = chunk;
      },
      flush(controller) {
        if (digest.hex() !== sha256) {
          controller.error(new AppError("unavailable", { detail: "The file is missing or damaged." }));
        } else if (held) controller.enqueue(held);
      },
    }),
  );
}

/** The same stream once its first piece is there: what is found wrong by then is thrown here and can still be answered as an error. */
export async function startedStream(source: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
  const reader = source.getReader();
  let first: ReadableStreamReadResult<Uint8Array> | null = await reader.read();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = first ?? (await reader.read());
      first = null;
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
