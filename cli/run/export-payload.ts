import {
  chmodSync,
  closeSync,
  existsSync,
  fchmodSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { EpisodeUpload } from "#lib/domain/episode/schema.ts";
import { toAtif } from "#lib/domain/episode/to-atif.ts";
import { toSts } from "#lib/domain/episode/to-sts.ts";
import { machineFailure, systemCode, usageFailure } from "#cli/io/failure.ts";
import { type SealedEpisode, unseal } from "./seal.ts";
import { makeFolder } from "#cli/io/make-folder.ts";
import { shownPath } from "./file-names.ts";

/** The forms in which records can be written for other tools. The first is what would be sent, byte for byte. */
export const EXPORT_FORMATS = ["jsonl", "sts", "atif"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/**
 * Writes records, readable by their owner alone: as JSON lines into one file, or in the other forms, which hold one episode a
 * file, into a folder. Gives how many files of an earlier export lie beside them. Throws a CliFailure if that can't be.
 */
export function exportPayload(
  path: string,
  episodes: readonly SealedEpisode[],
  format: ExportFormat,
): { earlier: number } {
  try {
    if (format === "jsonl") {
      writeLines(path, episodes);
      return { earlier: 0 };
    }
    makeFolder(path);
    for (const episode of episodes) {
      const record = EpisodeUpload.parse(JSON.parse(unseal(episode)));
      if (format === "sts") writePrivate(join(path, `${episode.id}.jsonl`), toSts(record));
      else writePrivate(join(path, `${episode.id}.json`), `${JSON.stringify(toAtif(record), null, 2)}\n`);
    }
    return { earlier: earlierIn(path, episodes, format === "sts" ? ".jsonl" : ".json") };
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw machineFailure("export_failed", `The payload can't be written (${code}).`, {
      nextSteps: [
        format === "jsonl"
          ? "name a file in a folder that exists and that you may write to"
          : "name a folder that you may write to: this form is one file an episode",
      ],
    });
  }
}

/** Line by line: a long history is more than one string can hold. A regular file is there whole or not at all. */
function writeLines(path: string, episodes: readonly SealedEpisode[]): void {
  const isNew = !existsSync(path);
  // a pipe or a terminal takes no other file in its place
  const inPlace = !isNew && !lstatSync(path).isFile();
  if (!isNew && !inPlace) mayReplace(path);
  const part = inPlace ? path : `${path}.${process.pid}.part`;
  const file = openSync(part, inPlace ? "w" : "wx", 0o600);
  try {
    if (!inPlace) fchmodSync(file, 0o600);
    for (const episode of episodes) writeSync(file, `${unseal(episode)}\n`);
    if (!inPlace) renameSync(part, path);
  } finally {
    closeSync(file);
    if (!inPlace) rmSync(part, { force: true });
  }
}

const RECORD_START = '{"schema":"trace-share/episode/';

/** An earlier export is written anew; a file that is none may be anything that the person still wants. */
function mayReplace(path: string): void {
  const start = Buffer.alloc(RECORD_START.length);
  const file = openSync(path, "r");
  const length = readSync(file, start, 0, start.length, 0);
  closeSync(file);
  if (length === 0 || start.toString("utf8", 0, length) === RECORD_START) return;
  throw usageFailure(
    "export_exists",
    `${shownPath(path)} is there already, holds something else, and is not overwritten.`,
    ["name another file with --export-payload"],
  );
}

/** What of the folder is of an earlier export: it would pass for a part of this one. */
function earlierIn(path: string, episodes: readonly SealedEpisode[], ending: string): number {
  const own = new Set(episodes.map(({ id }) => `${id}${ending}`));
  return readdirSync(path).filter((name) => /^[0-9a-f]{64}\.jsonl?$/.test(name) && !own.has(name)).length;
}

function writePrivate(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  chmodSync(path, 0o600);
}
