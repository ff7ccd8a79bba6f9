import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { constants, createZstdCompress, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Codec } from "#lib/ports/system.ts";
import { createCodec } from "./zstd.ts";

const IMPLEMENTATIONS: { name: string; make: () => Codec }[] = [{ name: "node:zlib", make: createCodec }];
const MIB = 1024 * 1024;

describe.each(IMPLEMENTATIONS)("codec by $name", ({ make }) => {
  const codec = make();
  const text = Buffer.from("a line of a session\n".repeat(5000));

  test("names what runs", () => {
    expect(codec.library).toMatch(/zstd \d+\.\d+/);
  });

  test("gives back what it took, of any size", async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from("x"), text, randomBytes(300_000)]) {
      const packed = await codec.compress(bytes);
      expect(Buffer.from(await codec.decompress(packed, MIB))).toEqual(bytes);
      expect(await joined(codec.decompressStream(inChunks(packed, 777), MIB))).toEqual(bytes);
    }
  });

  test("stream and whole body read each other at every level in use", async () => {
    for (const level of [3, 10]) {
      const packed = await joined(codec.compressStream(inChunks(text, 1000), level));
      expect(packed).toEqual(await joined(codec.compressStream(withGaps(text), level)));
      expect(Buffer.from(await codec.decompress(packed, MIB))).toEqual(text);
    }
  });

  test("refuses a bomb without unpacking it", async () => {
    const bomb = await codec.compress(Buffer.alloc(50 * MIB));
    expect(bomb.length).toBeLessThan(20_000);
    await expect(codec.decompress(bomb, MIB)).rejects.toMatchObject({ code: "body_too_large" });
    let seen = 0;
    const read = async () => {
      for await (const chunk of codec.decompressStream(inChunks(bomb, 100), MIB)) seen += chunk.length;
    };
    await expect(read()).rejects.toMatchObject({ code: "body_too_large" });
    expect(seen).toBeLessThanOrEqual(MIB);
  });

  test("takes output of exactly the limit and refuses one byte more", async () => {
    const packed = await codec.compress(Buffer.alloc(1000));
    expect(await codec.decompress(packed, 1000)).toHaveLength(1000);
    await expect(codec.decompress(packed, 999)).rejects.toMatchObject({ code: "body_too_large" });
    await expect(joined(codec.decompressStream(inChunks(packed, 5), 999))).rejects.toMatchObject({
      code: "body_too_large",
    });
  });

  test("refuses a frame that asks for a window far beyond its limit", async () => {
    const params = { [constants.ZSTD_c_windowLog]: 27, [constants.ZSTD_c_contentSizeFlag]: 0 };
    const wide = zstdCompressSync(Buffer.alloc(9 * MIB), { params });
    await expect(codec.decompress(wide, MIB)).rejects.toMatchObject({ code: "body_too_large" });
  });

  test("of what strangers send, refuses a window beyond theirs and what swells too much, and takes the rest", async () => {
    const strict = { windowLog: 23, maxRatio: 200 };
    const params = { [constants.ZSTD_c_windowLog]: 24, [constants.ZSTD_c_contentSizeFlag]: 0 };
    const noise = Array.from({ length: 9 }, () => randomBytes(MIB));
    const wide = await joined(through(noise, params));
    const swelling = await codec.compress(Buffer.alloc(3 * MIB));
    for (const body of [wide, swelling]) {
      expect((await joined(codec.decompressStream(inChunks(body, 5000), 16 * MIB))).length).toBeGreaterThan(
        MIB,
      );
      await expect(
        joined(codec.decompressStream(inChunks(body, 5000), 16 * MIB, strict)),
      ).rejects.toMatchObject({ code: "body_too_large" });
    }
    const small = await codec.compress(Buffer.alloc(MIB));
    expect(await joined(codec.decompressStream(inChunks(small, 5000), 16 * MIB, strict))).toHaveLength(MIB);
  });

  test("refuses a frame that is cut anywhere", async () => {
    const packed = await codec.compress(Buffer.from("a short body, cut at every byte"));
    for (let length = 0; length < packed.length; length += 1) {
      const cut = packed.subarray(0, length);
      await expect(codec.decompress(cut, MIB)).rejects.toMatchObject({ code: "malformed_text" });
      await expect(joined(codec.decompressStream(inChunks(cut, 3), MIB))).rejects.toMatchObject({
        code: "malformed_text",
      });
    }
  });

  test("refuses more than one frame, skippable frames and bytes after the end", async () => {
    const packed = await codec.compress(text);
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 0]);
    for (const body of [
      Buffer.concat([packed, packed]),
      Buffer.concat([packed, Buffer.from("\n")]),
      Buffer.concat([skippable, packed]),
      Buffer.concat([packed, skippable]),
      Buffer.from("plain text, no zstd"),
    ]) {
      await expect(codec.decompress(body, MIB)).rejects.toMatchObject({ code: "malformed_text" });
      await expect(joined(codec.decompressStream(inChunks(body, 50), MIB))).rejects.toMatchObject({
        code: "malformed_text",
      });
    }
  });

  test("refuses a changed byte in the content", async () => {
    const packed = Buffer.from(await codec.compress(randomBytes(2000)));
    packed[1000] = (packed[1000] ?? 0) ^ 0xff;
    await expect(codec.decompress(packed, MIB)).rejects.toMatchObject({ code: "malformed_text" });
  });

  test("lets its source go when the content is damaged in the middle", async () => {
    const packed = Buffer.from(await codec.compress(randomBytes(300_000)));
    packed.fill(255, 20, 60);
    let closed = false;
    async function* source() {
      try {
        yield* inChunks(packed, 1_000);
      } finally {
        closed = true;
      }
    }
    await expect(joined(codec.decompressStream(source(), MIB))).rejects.toMatchObject({
      code: "malformed_text",
    });
    await expect.poll(() => closed).toBe(true);
  });

  test("hands on the source's own fault", async () => {
    const fault = new Error("the source broke");
    const source = async function* () {
      yield text;
      throw fault;
    };
    await expect(joined(codec.compressStream(source()))).rejects.toBe(fault);
    await expect(joined(codec.decompressStream(source(), MIB))).rejects.toBeInstanceOf(Error);
  });

  test("lets a reader stop early", async () => {
    const packed = await codec.compress(randomBytes(2 * MIB));
    for await (const chunk of codec.decompressStream(inChunks(packed, 10_000), 4 * MIB)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
  });
});

/** One frame whose size its header does not say. */
function through(pieces: readonly Uint8Array[], params: Record<number, number>): AsyncIterable<Uint8Array> {
  return Readable.from(pieces).pipe(createZstdCompress({ params }));
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The same bytes in the same pieces, at another pace and with empty pieces between. */
async function* withGaps(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for await (const chunk of inChunks(bytes, 1000)) {
    yield chunk;
    await new Promise((resolve) => setImmediate(resolve));
    yield new Uint8Array(0);
  }
}

async function joined(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}
