import { expect, it } from "vitest";
import { sha256Hex } from "#lib/domain/hash.ts";
import { provedStream, startedStream } from "./proved-stream.ts";

const PIECES = [1, 2, 3, 4].map((n) => new Uint8Array(1_000).fill(n));
const whole = (pieces: readonly Uint8Array[]) => new Uint8Array(pieces.flatMap((piece) => [...piece]));
const DIGEST = sha256Hex(whole(PIECES));

function streamOf(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const left = [...pieces];
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift();
      if (piece) controller.enqueue(piece);
      else controller.close();
    },
  });
}

it("hands on what has the right digest", async () => {
  const stream = await startedStream(provedStream(streamOf(PIECES), DIGEST));
  expect(new Uint8Array(await new Response(stream).arrayBuffer())).toEqual(whole(PIECES));
});

it("never hands on the end of what has another digest", async () => {
  const damaged = PIECES.with(1, new Uint8Array(1_000).fill(9));
  const stream = await startedStream(provedStream(streamOf(damaged), DIGEST));
  const received: Uint8Array[] = [];
  const reading = (async () => {
    for await (const piece of stream.values()) received.push(piece);
  })();
  await expect(reading).rejects.toMatchObject({ code: "unavailable" });
  expect(received.length).toBeLessThan(PIECES.length);
});

it("refuses what is short and damaged before anything is sent", async () => {
  const stream = startedStream(provedStream(streamOf([new Uint8Array([1])]), DIGEST));
  await expect(stream).rejects.toMatchObject({ code: "unavailable" });
});

it("lets go of its source when nobody reads on", async () => {
  let cancelled = false;
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array([1])),
    cancel: () => {
      cancelled = true;
    },
  });
  await (await startedStream(provedStream(source, DIGEST))).cancel();
  await expect.poll(() => cancelled).toBe(true);
});
