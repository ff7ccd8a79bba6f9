import { createReadStream } from "node:fs";
import { mkdir, open, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runningDigest } from "#lib/domain/snapshot/digests.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { chunksOf } from "#lib/services/snapshot-writer.ts";

/** Copies every object into a backup, as a stream: release files are larger than memory. Returns how many there were. */
export async function copyObjects(deps: Pick<Deps, "objects">, folder: string): Promise<number> {
  let count = 0;
  for await (const key of deps.objects.list("")) {
    const object = await deps.objects.open(key);
    // withdrawn while the backup ran
    if (!object) continue;
    const path = join(folder, key);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, "wx", 0o600);
    try {
      for await (const chunk of chunksOf(object.stream)) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    count++;
  }
  return count;
}

/**
 * Brings the objects of a backup into the store. One that is there already stays if it has the same bytes, and is replaced if it
 * has not. Returns how many objects the backup holds.
 */
export async function restoreObjects(deps: Pick<Deps, "objects">, folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(noneIfMissing);
  const files = entries.filter((entry) => entry.isFile());
  for (const entry of files) {
    const path = join(entry.parentPath, entry.name);
    const key = path.slice(folder.length + 1).replaceAll("\\", "/");
    const stored = await deps.objects.open(key);
    if (stored && (await digestOf(chunksOf(stored.stream))) === (await digestOf(chunksOfFile(path))))
      continue;
    if (stored) await deps.objects.remove(key);
    await deps.objects.putStream(key, chunksOfFile(path));
  }
  return files.length;
}

/** An instance without objects leaves no folder; any other fault must not pass for an empty backup. */
function noneIfMissing(error: unknown): [] {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
  throw error;
}

async function* chunksOfFile(path: string): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path)) {
    // without an encoding a file's chunks are bytes
    yield chunk as Uint8Array;
  }
}

async function digestOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const digest = runningDigest();
  for await (const chunk of chunks) digest.add(chunk);
  return digest.hex();
}
