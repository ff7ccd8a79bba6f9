import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { createDenyWordFinder, toDenyWord, withDenyWord } from "#lib/domain/client/deny-words.ts";
import { createDictionary } from "#lib/domain/client/known-secrets.ts";
import { rightsOf } from "#lib/domain/client/projects.ts";
import { EpisodeUpload } from "#lib/domain/episode/schema.ts";
import { createEditTrace } from "#lib/domain/review/edit-trace.ts";
import { type ReviewBlock, viewEpisode } from "#lib/domain/review/view-episode.ts";
import { loadDenyWords, storeDenyWords } from "#cli/io/deny-words.ts";
import { collectIdentities } from "#cli/io/identities.ts";
import type { WindowProjects } from "#cli/io/project-folder.ts";
import type { Original } from "./prepare-windows.ts";
import { createByteStore, type Fetch } from "./byte-store.ts";
import { type Gather, gather, type GatherOptions, namespaceOf } from "./gather.ts";
import {
  type Place,
  type PrepareTerms,
  prepareWindow,
  sanitizeWindow,
  type WindowTask,
} from "./prepare-window.ts";
import { type ReviewGroup, reviewGroups, type ReviewLine } from "./review-list.ts";
import { type SealedEpisode, unseal } from "./seal.ts";

/**
 * What a review works on: every episode that is offered, with the window that it was made of. The windows stay at hand, so
 * that a decision shows at once what it changes; they hold the text as it was and are kept in memory, and those of a long history in a
 * private file under a key that only this process has.
 */
export type ReviewDesk = {
  context: Gather;
  groups(): ReviewGroup[];
  /** An episode by its whole id. */
  find(id: string): { group: ReviewGroup; line: ReviewLine } | undefined;
  /** Before and after, for the contributor's own eyes. Nothing of it may be stored or logged. */
  look(line: ReviewLine): EpisodeView;
  /** Makes anew what other rights or other words change. Episodes get other ids by it. */
  refresh(): void;
  /** The same episodes as raw records, which nobody has decided on yet. */
  asRaw(group: ReviewGroup): SealedEpisode[];
  words(): readonly string[];
  mark(line: ReviewLine, marked: string): Marked;
  unmark(word: string): void;
};

export type EpisodeView = { record: EpisodeUpload; blocks: ReviewBlock[] };

export type Marked =
  /** How many episodes read differently now, and how many are left out because the word stands where nothing can take it out. */
  | { ok: true; changed: number; refused: number }
  | { ok: false; code: "too_short" | "too_long" | "not_found" | "too_many" };

type Entry = {
  /** Its project was denied in this review: it is not offered again. */
  isDenied: boolean;
  episode: SealedEpisode | undefined;
  slot: string;
  candidates: readonly Place[];
  places: WindowProjects;
  /** What is asked of the window; the window itself is compressed JSON, fetched when it is looked at. */
  asked: Omit<WindowTask, "window">;
  packed: Fetch;
  secrets: readonly string[];
};

/** Windows of some hundred megabytes of logs, compressed. */
const MOST_IN_MEMORY = 32 * 1024 * 1024;

/** Reads everything that the command line asks for, once. */
export async function openDesk(context: Gather, options: GatherOptions): Promise<ReviewDesk> {
  const store = createByteStore(MOST_IN_MEMORY, { sealed: true });
  const originals = new Map<string, Pick<Entry, "asked" | "packed" | "secrets">>();
  const keepOriginal = (id: string, { task: { window, ...asked }, secrets }: Original) =>
    void originals.set(id, { asked, packed: store.keep(zstdCompressSync(JSON.stringify(window))), secrets });
  const collected = await gather({ ...context, asks: false, keepOriginal }, options);
  const entries = collected.episodes.flatMap((episode): Entry[] => {
    const original = originals.get(episode.id);
    const places = collected.places.get(episode.id);
    if (!original || !places) return [];
    return [
      {
        isDenied: false,
        episode,
        slot: episode.slot,
        candidates: collected.candidates.get(episode.id) ?? [],
        places,
        ...original,
      },
    ];
  });
  const { standing, settings, io } = context;
  const terms: PrepareTerms = {
    consent: standing.consent,
    keys: standing.keys,
    identities: collectIdentities(settings, io),
    denyWords: loadDenyWords(settings.home),
    namespace: namespaceOf(io, options),
  };
  return deskOf(context, { entries, terms, projectName: collected.projectName });
}

type Parts = { entries: Entry[]; terms: PrepareTerms; projectName: (project: string) => string };

function deskOf(context: Gather, parts: Parts): ReviewDesk {
  const { entries, terms, projectName } = parts;
  const { standing, settings } = context;
  const groups = () => reviewGroups(reviewable(entries, projectName), standing);
  const entryOf = (line: ReviewLine) => entries.find(({ episode }) => episode?.id === line.episode.id);
  return {
    context,
    groups,
    find(id) {
      for (const group of groups()) {
        const line = group.lines.find(({ episode }) => episode.id === id);
        if (line) return { group, line };
      }
      return undefined;
    },
    look(line) {
      const entry = entryOf(line);
      if (!entry) throw new RangeError("an episode of another review");
      return viewOf(entry, line.episode, terms);
    },
    refresh() {
      for (const entry of entries) followRights(entry, context, terms);
    },
    asRaw: ({ lines }) =>
      lines.flatMap((line) => {
        const entry = entryOf(line);
        const made = entry && prepare(entry, { ...taskOf(entry), disclosure: "raw" }, terms);
        return made?.ok ? [made.episode] : [];
      }),
    words: () => terms.denyWords,
    mark: (line, marked) => markIn({ entries, terms, home: settings.home, entry: entryOf(line) }, marked),
    unmark(word) {
      const words = loadDenyWords(settings.home).filter((known) => known !== word);
      setWords({ entries, terms, home: settings.home }, { words, changed: word });
    },
  };
}

type Marking = Pick<Parts, "entries" | "terms"> & { home: string };

function markIn({ entry, ...marking }: Marking & { entry: Entry | undefined }, marked: string): Marked {
  const read = toDenyWord(marked);
  if (!read.ok) return read;
  if (!entry || !holds(entry, read.word)) return { ok: false, code: "not_found" };
  // another review may have marked something meanwhile
  const words = withDenyWord(loadDenyWords(marking.home), read.word);
  if (!words) return { ok: false, code: "too_many" };
  const touched = setWords(marking, { words, changed: read.word });
  return { ok: true, changed: touched.length, refused: touched.filter((one) => !one.episode).length };
}

/** Keeps the words, and makes anew what holds the one that came or went. */
function setWords(
  { entries, terms, home }: Marking,
  { words, changed }: { words: readonly string[]; changed: string },
): Entry[] {
  storeDenyWords(home, words);
  terms.denyWords = words;
  const touched = entries.filter((entry) => !entry.isDenied && holds(entry, changed));
  for (const entry of touched) remake(entry, terms);
  return touched;
}

function reviewable(entries: readonly Entry[], projectName: Parts["projectName"]) {
  const offered = entries.flatMap((entry) => (entry.episode ? [{ ...entry, episode: entry.episode }] : []));
  return {
    episodes: offered.map(({ episode }) => episode),
    candidates: new Map(offered.map(({ episode, candidates }) => [episode.id, [...candidates]])),
    places: new Map(offered.map(({ episode, places }) => [episode.id, places])),
    projectName,
  };
}

function prepare({ secrets }: Entry, task: WindowTask, terms: PrepareTerms) {
  return prepareWindow(task, terms, createDictionary(secrets));
}

function remake(entry: Entry, terms: PrepareTerms): void {
  const made = prepare(entry, taskOf(entry), terms);
  entry.episode = made.ok ? made.episode : undefined;
  entry.candidates = made.ok ? made.candidates : [];
}

/** What was said of a project changes what its records say; what may never be shared is offered no more. */
function followRights(entry: Entry, { standing, includeRaw }: Gather, terms: PrepareTerms): void {
  const rights = rightsOf(entry.places.names, standing.decisions);
  if (rights.state === "denied") {
    entry.isDenied = true;
    entry.episode = undefined;
    return;
  }
  const { asked } = entry;
  const disclosure = includeRaw || rights.raw ? "raw" : "summary";
  const isSame =
    asked.disclosure === disclosure && JSON.stringify(asked.repository) === JSON.stringify(rights.repository);
  if (isSame) return;
  entry.asked = { ...asked, disclosure, repository: rights.repository };
  remake(entry, terms);
}

function holds(entry: Entry, word: string): boolean {
  const { session: _session, ...text } = taskOf(entry).window.content;
  // a window's content is plain JSON, which its type can't say
  return createDenyWordFinder([word])?.isIn(text as unknown as JsonValue) === true;
}

function viewOf(entry: Entry, episode: SealedEpisode, terms: PrepareTerms): EpisodeView {
  const task = taskOf(entry);
  const trace = createEditTrace();
  const made = sanitizeWindow(task, terms, { dictionary: createDictionary(entry.secrets), trace });
  if (!made.ok) throw new RangeError("a sealed episode that the sanitizer refuses");
  const record = EpisodeUpload.parse(JSON.parse(unseal(episode)));
  return {
    record,
    blocks: viewEpisode({ before: task.window.content, after: made.episode.content, record, trace }),
  };
}

function taskOf({ asked, packed }: Entry): WindowTask {
  return { ...asked, window: JSON.parse(zstdDecompressSync(packed()).toString("utf8")) }; // packed by openDesk
}
