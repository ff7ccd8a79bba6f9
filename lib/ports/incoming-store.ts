/** A body that a client of ours is to send to the object store itself. `sha256` is lower-case hex. */
export type IncomingBody = { key: string; bytes: number; sha256: string };

/**
 * The part of the object store into which clients send bodies on their own, by addresses that are signed for one body each. What
 * lies there is nobody's yet: `complete` reads it, and the worker clears it away. Keys begin with `incoming/`.
 */
export interface IncomingStore {
  /**
   * An address that takes this one body by PUT, once, for so many seconds, and the headers that have to go with it. Length, type, digest
   * and the condition that nothing is there yet are all signed.
   */
  sign(body: IncomingBody, seconds: number): Promise<{ url: string; headers: Record<string, string> }>;
  /** How many bytes have arrived under a key; null where nothing has. */
  size(key: string): Promise<number | null>;
  /** What has arrived, as a stream; null where nothing has. */
  open(key: string): Promise<ReadableStream<Uint8Array> | null>;
  remove(key: string): Promise<void>;
  /** Everything that has arrived, with the store's own time of it. */
  list(): AsyncIterable<{ key: string; arrivedAt: Date | undefined }>;
}
