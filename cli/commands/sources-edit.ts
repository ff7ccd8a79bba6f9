import {
  readSourcesFile,
  type SourceEntry,
  withEntry,
  withoutEntry,
} from "#lib/domain/client/sources-file.ts";
import { type PlacedSource, placeEntries } from "#lib/domain/sources/configured-sources.ts";
import { EXIT, type ExitCode, usageFailure } from "#cli/io/failure.ts";
import { readSettings, type Settings } from "#cli/io/settings.ts";
import { readSmallFile } from "#cli/io/small-file.ts";
import { safeLine } from "#cli/io/safe-text.ts";
import { advise, type Io, note, say, sayJson } from "#cli/io/terminal.ts";
import { writePrivateFile } from "#cli/io/write-file.ts";
import { unitsIn } from "#cli/run/read-units.ts";
import { localSources, machineOf, whyRefused } from "#cli/run/sources.ts";
import { shownPath } from "#cli/run/file-names.ts";

export type SourcesAddOptions = {
  id?: string;
  name?: string;
  root: string[];
  glob: string[];
  format: SourceEntry["format"];
  parser?: string;
  json?: boolean;
};

/** Adds a source to the contributor's own file, if it may be read at all, and says what it finds. */
export async function sourcesAdd(io: Io, options: SourcesAddOptions): Promise<ExitCode> {
  const settings = readSettings(io);
  const entry = entryOf(options);
  const path = ownFile(settings);
  const text = textOf(path);
  const source = check(entry, settings, io);
  const after = withEntry(text, entry);
  const read = readSourcesFile(after);
  if (!read.ok) {
    const at = read.at.join(", ");
    throw usageFailure("sources_invalid", `The source can't be added to ${shownPath(path)}: wrong at ${at}.`);
  }
  writePrivateFile(path, after);
  let found = 0;
  for (const placed of source?.readers ?? []) {
    for (const root of placed.roots) found += (await unitsIn(placed, root)).units.length;
  }
  const nextSteps = [`trace-share run --source ${entry.id} --dry-run --review`];
  if (options.json) {
    sayJson(io, { ok: true, id: entry.id, file: shownPath(path), found, next_steps: nextSteps });
    return EXIT.ok;
  }
  say(io, `Added ${entry.id} to ${safeLine(shownPath(path))}: ${found} files found now.`);
  if (found === 0) note(io, "Nothing there matches yet: check --root and --glob.");
  advise(io, nextSteps);
  return EXIT.ok;
}

/** Takes a source out of the contributor's own file. What was read from it before is not touched. */
export function sourcesRemove(io: Io, options: { id?: string; name?: string; json?: boolean }): ExitCode {
  const settings = readSettings(io);
  const id = idOf(options);
  for (const { path } of settings.sourcesFiles) {
    const file = readSmallFile(path);
    const read = file.ok ? readSourcesFile(file.text) : undefined;
    if (!file.ok || !read?.ok || read.entries.every((entry) => entry.id !== id)) continue;
    const after = withoutEntry(file.text, id);
    if (after === undefined) {
      throw usageFailure(
        "sources_invalid",
        `${shownPath(path)} writes this source in a way that can't be cut out. Remove it there by hand.`,
      );
    }
    writePrivateFile(path, after);
    if (options.json) sayJson(io, { ok: true, id, file: shownPath(path), next_steps: [] });
    else say(io, `Removed ${id} from ${safeLine(shownPath(path))}.`);
    return EXIT.ok;
  }
  throw usageFailure("source_unknown", `None of your own sources is called ${id}.`, [
    "trace-share sources list",
  ]);
}

function entryOf(options: SourcesAddOptions): SourceEntry {
  const { root, glob, format, parser, name } = options;
  const id = idOf(options);
  return {
    id,
    ...(name !== undefined && name !== id ? { display_name: name } : {}),
    roots: root,
    globs: glob,
    format,
    ...(parser === undefined ? {} : { parser_hint: parser }),
  };
}

/** The older tool calls the id a name. */
function idOf({ id, name }: { id?: string; name?: string }): string {
  const given = id ?? name;
  if (given !== undefined && /^[a-z][a-z0-9_-]{0,62}$/.test(given)) return given;
  throw usageFailure(
    "source_id_invalid",
    "A source needs an --id (or --name) of small letters, digits, _ and -, which begins with a letter.",
  );
}

/** The file that a setting names, else the usual one. */
function ownFile({ sourcesFiles }: Settings): string {
  const path = sourcesFiles.at(-1)?.path;
  if (path === undefined) throw new Error("settings always name a sources file");
  return path;
}

function textOf(path: string): string {
  const file = readSmallFile(path);
  if (file.ok) return file.text;
  if (file.reason === "absent") return "";
  throw usageFailure(
    "sources_unreadable",
    `The sources file ${shownPath(path)} can't be read: ${file.reason}.`,
  );
}

function check(entry: SourceEntry, settings: Settings, io: Io): PlacedSource | undefined {
  // a file that a setting names may not be there yet: this command makes it
  const present = settings.sourcesFiles.filter(({ path }) => textOf(path) !== "");
  const taken = localSources({ ...settings, sourcesFiles: present }, io).map((source) => source.id);
  const placed = placeEntries([entry], { origin: "own", machine: machineOf(settings, io), taken });
  const [refused] = placed.refused;
  if (refused) throw usageFailure("source_refused", `Source ${entry.id}: ${whyRefused(refused.reason)}`);
  return placed.sources[0];
}
