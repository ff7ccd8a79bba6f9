/** Bytes by key, written once and never changed. Keys are slash-separated paths of `[a-z0-9._-]`. */
export interface ObjectStore {
  /** Stores bytes durably (fsync or the store's own promise) unless the key exists; says which of the two happened. */
  put(key: string, bytes: Uint8Array): Promise<"created" | "exists">;
  /** Stores a stream durably under a new key; fails with `already_exists` if the key is taken. Returns the bytes written. */
  putStream(key: string, source: AsyncIterable<Uint8Array>): Promise<number>;
  /** The whole object, or null. */
  get(key: string): Promise<Uint8Array | null>;
  /** How many bytes the object has, without reading them; null where there is none. */
  size(key: string): Promise<number | null>;
  /** A stream of the object with its size in bytes, or null. */
  open(key: string): Promise<{ bytes: number; stream: ReadableStream<Uint8Array> } | null>;
  /** Deletes the object; deleting what is not there is fine. */
  remove(key: string): Promise<void>;
  /** Keys below a prefix, in any order. */
  list(prefix: string): AsyncIterable<string>;
  /** Throws `unavailable` or `storage_full` if the store can't take a write now. */
  ready(): Promise<void>;
  /**
   * A quick look for health checks that a key which may only read can take, too: `unavailable` or `storage_full` if what `ready` left
   * can't be read.
   */
  alive(): Promise<void>;
}
