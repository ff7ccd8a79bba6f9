import { expect, test } from "vitest";
import { isAppError } from "#lib/domain/errors.ts";
import { bodyPieces } from "./body-pieces.ts";

const PIECES = 10;

/** A request whose body comes in pieces of 4 bytes, and what became of it. */
function sent(): { request: Request; seen: { given: number; hungUp: boolean } } {
  const seen = { given: 0, hungUp: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (seen.given === PIECES) return controller.close();
        seen.given += 1;
        controller.enqueue(new Uint8Array(4));
      },
      cancel: () => void (seen.hungUp = true),
    },
    { highWaterMark: 0 },
  );
  // the types of the pages' side don't know `duplex`, which a body in pieces needs
  const half = { duplex: "half" };
  return { request: new Request("http://instance.test", { method: "POST", body, ...half }), seen };
}

test("a body within the limit comes whole", async () => {
  const { request } = sent();
  const pieces = await Array.fromAsync(bodyPieces(request, 4 * PIECES));
  expect(pieces.map((piece) => piece.length)).toEqual(Array.from({ length: PIECES }, () => 4));
});

test("behind the limit nothing is given, and the rest is thrown away without hanging up", async () => {
  const { request, seen } = sent();
  const pieces: Uint8Array[] = [];
  const read = async () => {
    for await (const piece of bodyPieces(request, 11)) pieces.push(piece);
  };
  const error: unknown = await read().catch((thrown: unknown) => thrown);
  expect(isAppError(error) && error.code).toBe("body_too_large");
  expect(pieces).toHaveLength(2);
  await expect.poll(() => seen).toEqual({ given: PIECES, hungUp: false });
});

test("so is what a reader leaves that has had enough", async () => {
  const { request, seen } = sent();
  for await (const _ of bodyPieces(request, 4 * PIECES)) break;
  await expect.poll(() => seen).toEqual({ given: PIECES, hungUp: false });
});

test("no body is no piece", async () => {
  const request = new Request("http://instance.test", { method: "POST" });
  expect(await Array.fromAsync(bodyPieces(request, 1))).toEqual([]);
});
