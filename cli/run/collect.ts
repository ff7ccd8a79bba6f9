import type { WindowProjects } from "#cli/io/project-folder.ts";
import type { UnreadSecrets } from "#cli/io/live-secrets.ts";
import type { StoredReading } from "#cli/io/readings.ts";
import type { ScannerStatus } from "#cli/scanner/second-opinion.ts";
import type { PlacedSource } from "#lib/domain/sources/configured-sources.ts";
import { createBodyStore } from "./body-store.ts";
import { type ChoiceReport, emptyChoice } from "./choose-windows.ts";
import type { Place } from "./prepare-window.ts";
import {
  eachPrepared,
  type Offered,
  type PrepareContext,
  type Refused,
  taskTerms,
  termsOf,
} from "./prepare-windows.ts";
import { createReadMemory, type ReadMemory } from "./read-memory.ts";
import { emptyReading, type ReadingReport, readWindows } from "./read-sessions.ts";
import type { KnownEpisode } from "./reading-entry.ts";
import { type RecallContext, recallUnit } from "./recall-units.ts";
import type { SealedEpisode } from "./seal.ts";
import { createTellings } from "./tellings.ts";

export type Collected = {
  /** In a fixed order: by source, file and prompt. One per slot. */
  episodes: SealedEpisode[];
  /** Episodes of files that are as they were when they were read, with which nothing is left to do. One per slot, none of the above. */
  known: KnownEpisode[];
  refused: Refused[];
  /** By episode id, what no rule is sure of: the contributor looks now, a moderator later. */
  candidates: Map<string, Place[]>;
  /** By episode id, where its session worked. */
  places: Map<string, WindowProjects>;
  /** A project as it may be shown: one whose name holds a secret is called by a number. */
  projectName: (project: string) => string;
  choice: ChoiceReport;
  /** Windows that another file tells too, as resumed sessions do: the longer telling is kept. */
  duplicates: number;
  redactions: { total: number; byKind: Record<string, number> };
  reading: ReadingReport;
  /** By the id of the source that told a session first; a source of one's own counts apart from the agent it reads. */
  docsBySource: Record<string, number>;
  scanner: ScannerStatus;
  ownSecrets: { known: number; unread: readonly UnreadSecrets[] };
  /** What a run that sends keeps of this reading. */
  noted: { made: StoredReading[]; gone: string[] };
};

/** What was kept of earlier readings, and whether to rely on it. */
export type Recalling = {
  rows: readonly StoredReading[];
  recalls: boolean;
  /** Whether notes are taken for `noted`. */
  notes: boolean;
  /** What decides what comes out of a file besides what a run is told: the program, files of sources. */
  terms: string;
  settledBefore: number;
  isSettled: RecallContext["isSettled"];
};

export type CollectContext = Omit<PrepareContext, "noting"> & {
  includeOpen: boolean;
  now: Date;
  onProgress: (text: string) => void;
  /** Undefined for a command that neither remembers nor recalls. */
  recalling: Recalling | undefined;
};

/** Everything that the sources hold as episodes ready to leave: read, sanitized, disclosed, admitted, read again, sealed. */
export async function collectEpisodes(
  sources: readonly PlacedSource[],
  context: CollectContext,
): Promise<Collected> {
  const { recalling } = context;
  const reading = emptyReading();
  const choice = emptyChoice();
  const memory = recalling && memoryOf(recalling, context);
  const noting = memory && notingOf(memory, context);
  const recall = memory &&
    noting && {
      memory,
      live: context.live,
      names: context.names,
      choice: context.choice,
      report: choice,
      terms: (rights: Parameters<RecallContext["terms"]>[0]) => taskTerms(rights, context),
      noting,
      isSettled: recalling.isSettled,
    };
  const forget = [context.live.mark(), context.opinion.mark()];
  let missed = false;
  const miss = () => void (missed = true);
  const windows = windowsOf(sources, { ...context, report: reading, recall, miss });
  const ids = sources.map(({ id }) => id);
  const made = await collectWindows(
    { windows, reading, ids, choice },
    { ...context, ...(noting ? { noting } : {}) },
  );
  if (recalling && (missed || made.known.some((episode) => !recalling.isSettled(episode)))) {
    // the parent of a new session was not read again, or what outdid an open window is no longer there
    for (const back of forget) back();
    return collectEpisodes(sources, { ...context, recalling: { ...recalling, recalls: false } });
  }
  return { ...made, noted: memory?.noted() ?? made.noted };
}

function memoryOf(recalling: Recalling, context: CollectContext): ReadMemory {
  const { salt } = context.keys;
  const terms = JSON.stringify([recalling.terms, termsOf(context)]);
  const memory: ReadMemory = createReadMemory({
    ...recalling,
    salt,
    terms,
    secrets: () => notingOf(memory, context).secrets(),
  });
  return memory;
}

/** Digests of what the notes name, made once for each list of secrets. */
function notingOf({ digest }: ReadMemory, { live }: CollectContext): RecallContext["noting"] {
  let last: { of: readonly string[]; made: string } | undefined;
  return {
    asked: (terms) => digest(JSON.stringify(terms)),
    secrets() {
      const of = live.values();
      if (last?.of !== of) last = { of, made: digest(JSON.stringify(of)) };
      return last.made;
    },
  };
}

async function* windowsOf(
  sources: readonly PlacedSource[],
  context: CollectContext & {
    report: ReadingReport;
    recall: RecallContext | undefined;
    miss: () => void;
  },
): AsyncGenerator<Offered> {
  const { report, recall, miss } = context;
  for (const source of sources) {
    const { id } = source;
    const onStep = () =>
      context.onProgress(`${source.displayName}: ${report.scannedFiles} files, ${report.sessions} sessions`);
    const recalled: KnownEpisode[][] = [];
    const accept: Parameters<typeof readWindows>[1]["recall"] = recall && {
      memory: recall.memory,
      miss,
      accept(entry, file) {
        const known = recallUnit(entry, { source: id, file }, recall);
        if (known) recalled.push(known);
        return known !== undefined;
      },
    };
    for await (const found of readWindows(source, { ...context, onStep, recall: accept })) {
      for (const known of recalled.splice(0)) yield { id, known };
      yield { id, found };
      onStep();
    }
    for (const known of recalled.splice(0)) yield { id, known };
  }
}

/** Where windows come from: with what was read on the way, and the ids of the sources that are reported. */
type Origin = {
  windows: AsyncIterable<Offered>;
  reading: ReadingReport;
  ids: readonly string[];
  choice?: ChoiceReport;
};

/** The same for windows from anywhere: every window that may leave goes through here. */
export async function collectWindows(
  from: Origin,
  context: CollectContext & Pick<PrepareContext, "noting">,
): Promise<Collected> {
  const tellings = createTellings();
  const bodies = createBodyStore();
  const refused: Refused[] = [];
  const candidates = new Map<string, Place[]>();
  const places = new Map<string, WindowProjects>();
  const choice = from.choice ?? emptyChoice();
  await eachPrepared(
    from.windows,
    { ...context, report: choice },
    {
      prepared(id, result) {
        if (!result.ok) {
          refused.push(result.refused);
          return;
        }
        const episode = bodies.keep(result.episode);
        if (result.candidates.length > 0) candidates.set(episode.id, result.candidates);
        places.set(episode.id, result.places);
        tellings.add(id, { sealed: episode });
      },
      known(id, episodes) {
        for (const known of episodes) tellings.add(id, { known });
      },
    },
  );
  const episodes = tellings.sealed();
  const known = tellings.known();
  // now that every project was seen, the contributor's own secrets are all known
  const nameOf = context.names.shown;
  return {
    episodes,
    known,
    refused: refused.map((one) => ({ ...one, file: nameOf(one.file) })),
    candidates,
    places,
    projectName: nameOf,
    choice: {
      ...choice,
      undated: renamedKeys(choice.undated, nameOf),
      withoutFolder: renamedKeys(choice.withoutFolder, nameOf),
    },
    duplicates: tellings.duplicates(),
    reading: renamed(from.reading, nameOf),
    redactions: sumRedactions([...episodes, ...known]),
    scanner: context.opinion.status(),
    ownSecrets: { known: context.live.dictionary().size, unread: context.live.unread() },
    docsBySource: Object.fromEntries(from.ids.map((id) => [id, tellings.countOf(id)])),
    noted: { made: [], gone: [] },
  };
}

function renamed(reading: ReadingReport, nameOf: (label: string) => string): ReadingReport {
  return {
    ...reading,
    skipped: reading.skipped.map((one) => ({ ...one, file: nameOf(one.file) })),
    notSessions: reading.notSessions.map((one) => ({ ...one, file: nameOf(one.file) })),
  };
}

function renamedKeys(
  files: ReadonlyMap<string, number>,
  nameOf: (label: string) => string,
): Map<string, number> {
  return new Map([...files].map(([file, windows]) => [nameOf(file), windows]));
}

function sumRedactions(episodes: readonly Pick<SealedEpisode, "redactions">[]): Collected["redactions"] {
  const byKind: Record<string, number> = {};
  let total = 0;
  for (const { redactions } of episodes) {
    total += redactions.total;
    for (const [kind, count] of Object.entries(redactions.byKind)) byKind[kind] = (byKind[kind] ?? 0) + count;
  }
  return { total, byKind };
}
