import { runningDigest } from "#lib/domain/snapshot/digests.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { chunksOf } from "./snapshot-writer.ts";

type Replacement = {
  key: string;
  sha256: string;
  /** Gives the bytes anew at each call; null where there are none. */
  open(): Promise<AsyncIterable<Uint8Array> | null>;
};

/**
 * Puts proved bytes in the place of an object that is missing or damaged. Read twice: once to know that they are the right ones,
 * and only then is anything removed. False where they are not.
 */
export async function replaceObject(
  { objects }: Pick<Deps, "objects">,
  { key, sha256, open }: Replacement,
): Promise<boolean> {
  const first = await open();
  if (!first || (await digestOf(first)) !== sha256) return false;
  const bytes = await open();
  if (!bytes) return false;
  await objects.remove(key);
  await objects.putStream(key, bytes);
  const stored = await objects.open(key);
  return stored !== null && (await digestOf(stored.stream)) === sha256;
}

/** SHA-256 of a stream of any length. */
export async function digestOf(
  source: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
): Promise<string> {
  const digest = runningDigest();
  for await (const chunk of source instanceof ReadableStream ? chunksOf(source) : source) digest.add(chunk);
  return digest.hex();
}
