import { readSourcesFile } from "#lib/domain/client/sources-file.ts";
import {
  builtInSources,
  type EntryRefusal,
  placeEntries,
  type PlacedSource,
} from "#lib/domain/sources/configured-sources.ts";
import type { Machine } from "#lib/domain/sources/source-roots.ts";
import { usageFailure } from "#cli/io/failure.ts";
import type { Settings } from "#cli/io/settings.ts";
import { readSmallFile } from "#cli/io/small-file.ts";
import type { Io } from "#cli/io/terminal.ts";
import { remoteSources } from "./remote-sources.ts";
import { shownPath } from "./file-names.ts";

/** The sources of the given ids, or all but those that must be named. An unknown id is a usage error that names the known ones. */
export function resolveSources(ids: readonly string[], settings: Settings, io: Io): PlacedSource[] {
  const known = allSources(settings, io);
  const unknown = ids.filter((id) => known.every((source) => source.id !== id));
  if (unknown.length > 0) {
    const names = known.map((source) => source.id).join(", ");
    throw usageFailure("source_unknown", `Unknown source: ${unknown.join(", ")}. Known sources: ${names}.`, [
      "trace-share sources list",
    ]);
  }
  return known.filter((source) => (ids.length === 0 ? !source.optIn : ids.includes(source.id)));
}

/** The built-in sources, the contributor's own, and what the remote registry adds as it was last accepted. */
export function allSources(settings: Settings, io: Io): PlacedSource[] {
  const sources = localSources(settings, io);
  const taken = sources.map((source) => source.id);
  return [...sources, ...remoteSources(settings, { io, machine: machineOf(settings, io), taken })];
}

/** The built-in sources, then the contributor's own. An own file that can't be followed is a usage error: none of it is guessed. */
export function localSources(settings: Settings, io: Io): PlacedSource[] {
  const machine = machineOf(settings, io);
  const sources = builtInSources(machine);
  for (const file of settings.sourcesFiles) sources.push(...ownSources(file, { machine, sources }));
  return sources;
}

export function machineOf(settings: Settings, io: Io): Machine {
  const platform = io.platform === "darwin" ? "macos" : io.platform === "win32" ? "windows" : "linux";
  return { platform, home: settings.userHome, env: io.env };
}

function ownSources(
  { path, named }: Settings["sourcesFiles"][number],
  { machine, sources }: { machine: Machine; sources: readonly PlacedSource[] },
): PlacedSource[] {
  const file = readSmallFile(path);
  if (!file.ok && file.reason === "absent" && !named) return [];
  if (!file.ok)
    throw usageFailure(
      "sources_unreadable",
      `The sources file ${shownPath(path)} can't be read: ${file.reason}.`,
    );
  const read = readSourcesFile(file.text);
  if (!read.ok) {
    throw usageFailure(
      "sources_invalid",
      `The sources file ${shownPath(path)} is wrong at: ${read.at.join(", ")}.`,
      ["docs/SOURCES.md shows the format"],
    );
  }
  const taken = sources.map((source) => source.id);
  const placed = placeEntries(read.entries, { origin: "own", machine, taken });
  const [first] = placed.refused;
  if (first)
    throw usageFailure(
      "source_refused",
      `Source ${first.id} in ${shownPath(path)}: ${whyRefused(first.reason)}`,
    );
  return placed.sources;
}

const WHY: Record<EntryRefusal, string> = {
  built_in_id: "the id belongs to a built-in source, which can't be changed. Choose another id.",
  duplicate_id: "the id is taken. Choose another.",
  parser_unknown: "there is no parser of this name. docs/PARSERS.md lists them.",
  parser_not_built_in: "a remote registry may choose a built-in parser only.",
  mapping_without_generic_parser: "a mapping needs the parser generic_jsonl or generic_json.",
  root_denied: "its folder is one that is never read: keys, sign-ins, browsers, mail (docs/SOURCES.md).",
  root_too_wide: "its folder is the home folder as a whole or lies above it. Name a folder in it.",
  root_not_absolute: "its folder must begin with ~/ or be absolute, without `..`.",
  root_outside_parser: "a remote registry may only narrow the folders of its parser.",
  glob_too_wide: "a pattern matches files of any name. Say how their names end, like *.jsonl.",
  glob_too_complex: "a pattern has more than three * in one name, or more than three **.",
  glob_leaves_root: "a pattern may not be absolute or hold `..`.",
};

/** A refusal in words, with what to do about it. */
export function whyRefused(reason: EntryRefusal): string {
  return WHY[reason];
}
