/** The closed limits of a record (docs/DATASET.md). Bytes are UTF-8 bytes. */
export const LIMITS = {
  recordBytes: 8 * 1024 * 1024,
  steps: 10_000,
  stringBytes: 256 * 1024,
  depth: 32,
  promptPreview: 220,
  resultPreview: 260,
} as const;
