/** The data files of a snapshot, in the order of the manifest. Each holds one canonical JSON row a line, sorted by id. */
export const DATA_FILES = [
  "train.jsonl.zst",
  "val.jsonl.zst",
  "sft.jsonl.zst",
  "tooltrace.jsonl.zst",
] as const;
export type DataFileName = (typeof DATA_FILES)[number];

/** The files about the data: they hold no text of a record and stay public for ever (docs/RELEASING.md). */
export const METADATA_FILES = ["manifest.json", "CHECKSUMS.txt", "DATA_CARD.md"] as const;
export type MetadataFileName = (typeof METADATA_FILES)[number];

/** Is the file one that holds rows? */
export function isDataFile(name: string): name is DataFileName {
  return (DATA_FILES as readonly string[]).includes(name); // widened to ask about any text
}
