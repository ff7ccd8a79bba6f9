import { createHmac, createSecretKey } from "node:crypto";
import { markOf } from "#cli/io/file-mark.ts";
import type { StoredReading } from "#cli/io/readings.ts";
import type { SourceFile } from "#cli/io/source-files.ts";
import { longer } from "./longer.ts";
import { type MadeEpisode, parseEntry, type ReadingEntry } from "./reading-entry.ts";
import { emptyNotes, type UnitNotes } from "./unit-notes.ts";

/** One unit of a source, before it is read. */
export type UnitPlace = {
  source: string;
  reader: string;
  root: string;
  path: string;
  label: string;
  /** Its files by their paths below the root. A store's are the database, its log and its journal, which may be absent. */
  files: readonly { name: string; path: string; mayLack?: true }[];
  /** Names that its reader is told besides. */
  beside: readonly string[];
  /** All files of the root. */
  listed: ReadonlyMap<string, SourceFile>;
};

/** A unit as it was found: what came of it when it was read before, if it and all terms are as they were. */
export type Looked = {
  place: UnitPlace;
  unit: string;
  mark: Mark | undefined;
  entry: ReadingEntry | undefined;
};

/**
 * What was read before. A unit is found in it only if its files have the marks and everything it was read under is what it was; whatever is
 * in doubt is read again. Nothing is written here: `noted` is for a run that sends.
 */
export type ReadMemory = {
  look(place: UnitPlace): Promise<Looked>;
  /** Notes for a unit that is read now; undefined in a run that keeps none. */
  begin(): UnitNotes | undefined;
  /** Ends the notes of a unit: `further` are the paths that it asked for. What changed meanwhile is not kept. */
  end(looked: Looked, notes: UnitNotes, further: readonly string[]): Promise<void>;
  /** A keyed digest: names of sessions are compared and kept as such. */
  digest(text: string): string;
  /** The longest telling of a window among all that was read before, valid still or not. */
  longest(slot: string): MadeEpisode | undefined;
  noted(): { made: StoredReading[]; gone: string[] };
};

export type MemoryContext = {
  rows: readonly StoredReading[];
  salt: string;
  /** Everything that decides what comes out of a unit besides its files. */
  terms: string;
  /** The contributor's own secrets as they are known now, digested. */
  secrets: () => string;
  /** False to read everything and take notes all the same. */
  recalls: boolean;
  /** True in a run that sends: only that may keep anything. */
  notes: boolean;
  /** Files that changed after this are noted by no run: they could change again without another time. In milliseconds. */
  settledBefore: number;
};

/** `own` without further files. */
type Mark = { own: string; text: string; changedAt: number };

export function createReadMemory(context: MemoryContext): ReadMemory {
  // a key made once: from bytes it would be made anew for each digest, which costs twice what the digest does
  const key = createSecretKey(createHmac("sha256", context.salt).update("readings").digest());
  const digest = (text: string) => createHmac("sha256", key).update(text).digest("base64url");
  const rows = new Map(context.rows.map((row) => [row.unit, row]));
  const entryOf = entriesOf(rows);
  const seen = new Set<string>();
  const sources = new Set<string>();
  const notes = new Map<string, { source: string; mark: string; notes: UnitNotes }>();
  const named = digestsOfNames(digest);
  let longest: ReadonlyMap<string, MadeEpisode> | undefined;
  const sealed = (mark: Mark) => digest(JSON.stringify([context.terms, mark.text]));
  return {
    digest,
    longest(slot) {
      longest ??= longestOf([...rows.keys()].flatMap((unit) => entryOf(unit) ?? []));
      return longest.get(slot);
    },
    async look(place) {
      const unit = digest(JSON.stringify([place.source, place.reader, place.root, place.path]));
      seen.add(unit);
      sources.add(place.source);
      const entry = context.recalls ? entryOf(unit) : undefined;
      const further = entry?.further.map((name) => named(place.listed).get(name)) ?? [];
      const mark = await marksOf(place, further);
      const isSame = mark !== undefined && rows.get(unit)?.mark === sealed(mark);
      return { place, unit, mark, entry: isSame ? entry : undefined };
    },
    begin: () => (context.notes ? emptyNotes(context.secrets()) : undefined),
    async end({ place, unit, mark: before }, made, further) {
      made.entry.further = further.map(digest);
      const mark = await marksOf(
        place,
        further.map((path) => place.listed.get(path)),
      );
      const isSettled = mark !== undefined && mark.changedAt < context.settledBefore;
      if (isSettled && mark.own === before?.own) {
        notes.set(unit, { source: place.source, mark: sealed(mark), notes: made });
      }
    },
    noted() {
      const made = [...notes].flatMap(
        ([
          unit,
          {
            source,
            mark,
            notes: { whole, entry },
          },
        ]) => (whole ? [{ unit, source, mark, found: JSON.stringify(entry) }] : []),
      );
      const isGone = ({ unit, source }: StoredReading) =>
        notes.has(unit) ? !notes.get(unit)?.notes.whole : sources.has(source) && !seen.has(unit);
      return { made, gone: context.rows.filter(isGone).map(({ unit }) => unit) };
    },
  };
}

/** The entry of a unit, read when it is first asked for. */
function entriesOf(rows: ReadonlyMap<string, StoredReading>): (unit: string) => ReadingEntry | undefined {
  const parsed = new Map<string, ReadingEntry | undefined>();
  return (unit) => {
    const row = rows.get(unit);
    if (row && !parsed.has(unit)) parsed.set(unit, parseEntry(row.found));
    return parsed.get(unit);
  };
}

function longestOf(entries: readonly ReadingEntry[]): Map<string, MadeEpisode> {
  const found = new Map<string, MadeEpisode>();
  for (const { made } of entries.flatMap(({ windows }) => windows)) {
    if (made) found.set(made.slot, longer(found.get(made.slot) ?? made, made));
  }
  return found;
}

/** The marks of all files of a unit in their order; undefined if one is not a file that can be relied on. */
async function marksOf(
  { files, beside }: UnitPlace,
  further: readonly (SourceFile | undefined)[],
): Promise<Mark | undefined> {
  let text = JSON.stringify(beside);
  let changedAt = 0;
  const add = async (name: string, path: string, mayLack: boolean): Promise<boolean> => {
    const mark = await markOf(path);
    if (mark === undefined || (mark === "absent" && !mayLack)) return false;
    text += `\n${JSON.stringify([name, mark === "absent" ? mark : mark.mark])}`;
    if (mark !== "absent") changedAt = Math.max(changedAt, mark.changedAt);
    return true;
  };
  for (const { name, path, mayLack = false } of files)
    if (!(await add(name, path, mayLack))) return undefined;
  const own = text;
  for (const file of further) {
    if (file === undefined) text += "\nnone";
    else if (!(await add(file.below, file.path, false))) return undefined;
  }
  return { own, text, changedAt };
}

/** The files of a root by the digests of their paths, made when they are first asked for. */
function digestsOfNames(digest: (text: string) => string) {
  const known = new WeakMap<ReadonlyMap<string, SourceFile>, Map<string, SourceFile>>();
  return (listed: ReadonlyMap<string, SourceFile>): ReadonlyMap<string, SourceFile> => {
    const made = known.get(listed) ?? new Map([...listed].map(([name, file]) => [digest(name), file]));
    known.set(listed, made);
    return made;
  };
}
