import { AppError } from "#lib/domain/errors.ts";

/** How long what nobody wants is read on: who sends more than that has had the time to read the answer. */
const THROWN_AWAY_MS = 10_000;

/**
 * The body of a request in pieces as they arrive, at most `maxBytes` of it: behind that `body_too_large` is thrown. What is left of a
 * body that nobody wants is read and thrown away for a while: Next hangs up on a body that is not read on, and the answer that says
 * why would be lost on its way, as a proxy's 502 at last.
 */
export async function* bodyPieces(request: Request, maxBytes: number): AsyncGenerator<Uint8Array> {
  if (!request.body) return;
  const reader = request.body.getReader();
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      size += value.length;
      if (size > maxBytes) throw new AppError("body_too_large");
      yield value;
    }
  } finally {
    void throwAway(reader);
  }
}

async function throwAway(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const until = Date.now() + THROWN_AWAY_MS;
  try {
    while (!(await reader.read()).done) if (Date.now() > until) return await reader.cancel();
  } catch {
    // the connection is gone, and nobody is there to read the answer
  }
}
