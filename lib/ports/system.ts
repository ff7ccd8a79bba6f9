/** The time. The only source of "now" for services. */
export interface Clock {
  now(): Date;
}

/** Fresh unguessable values. */
export interface Ids {
  uuid(): string;
  /** `bytes` random bytes as lower-case hex. */
  hex(bytes: number): string;
}

/** Structured log of the process. Fields hold ids and closed codes, never content. */
export interface Log {
  info(event: string, fields?: Record<string, LogField>): void;
  warn(event: string, fields?: Record<string, LogField>): void;
  error(event: string, fields?: Record<string, LogField>): void;
}
export type LogField = string | number | boolean | null;

/** Zstandard. Decompression has a hard limit on its output. */
export interface Codec {
  /** What runs, for the manifest and the start line: library and version. */
  readonly library: string;
  compress(bytes: Uint8Array, level?: number): Promise<Uint8Array>;
  /** Throws `body_too_large` past `maxBytes` and `malformed_text` on bytes that are no whole zstd frame. */
  decompress(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array>;
  compressStream(source: AsyncIterable<Uint8Array>, level?: number): AsyncIterable<Uint8Array>;
  /** The same piece by piece. `strict` is for what strangers send. */
  decompressStream(
    source: AsyncIterable<Uint8Array>,
    maxBytes: number,
    strict?: StrictFrame,
  ): AsyncIterable<Uint8Array>;
}

/** Narrower limits of a frame: how large a window it may ask for (a power of two), and how many times its size it may become. */
export type StrictFrame = { windowLog: number; maxRatio: number };

/** Sends mail, or shows it on the console where no mail is configured. */
export interface Mailer {
  sendSignInLink(message: { to: string; url: string }): Promise<void>;
}
