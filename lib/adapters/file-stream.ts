import { type FileHandle, open } from "node:fs/promises";
import { fileWork } from "./file-io.ts";

const CHUNK_BYTES = 64 * 1024;

/** A file's bytes. The file is opened by the first read, so that a stream that nobody reads holds nothing open. */
export function fileStream(path: string): ReadableStream<Uint8Array> {
  let file: FileHandle | undefined;
  const close = async () => {
    await file?.close();
    file = undefined;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          file ??= await fileWork(() => open(path, "r"));
          const bytes = await readChunk(file);
          if (bytes.length > 0) {
            controller.enqueue(bytes);
            return;
          }
          await close();
          controller.close();
        } catch (error) {
          await close();
          throw error;
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}

async function readChunk(file: FileHandle): Promise<Uint8Array> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  const { bytesRead } = await fileWork(() => file.read(buffer, 0, CHUNK_BYTES, null));
  return buffer.subarray(0, bytesRead);
}
