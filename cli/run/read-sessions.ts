import { buildSession } from "#lib/domain/episodes/build.ts";
import type { SessionWindow } from "#lib/domain/episodes/window.ts";
import type { ParseReport, Session } from "#lib/domain/sources/session.ts";
import { findFiles, readSourceFile, type SkippedFile, type SourceFile } from "#cli/io/source-files.ts";
import type { Source } from "./sources.ts";

/** What was read and what was passed over, for the report. Holds names, counts and codes, no session text. */
export type ReadingReport = {
  scannedFiles: number;
  sessions: number;
  skipped: SkippedFile[];
  notSessions: { file: string; reason: string }[];
  /** Windows that may still grow: offered later, or with --include-open. */
  openWindows: number;
  promptsWithoutAnswer: number;
  badLines: number;
  cutFiles: number;
  unknownRecords: Record<string, number>;
};

export type FoundWindow = { source: string; file: string; window: SessionWindow };

export function emptyReading(): ReadingReport {
  return {
    scannedFiles: 0,
    sessions: 0,
    skipped: [],
    notSessions: [],
    openWindows: 0,
    promptsWithoutAnswer: 0,
    badLines: 0,
    cutFiles: 0,
    unknownRecords: {},
  };
}

/** A session is idle when nothing was added for a day: then its last window is closed (permanence.md 3). */
const IDLE_MS = 24 * 60 * 60 * 1_000;

/** The windows of all sessions of a source, file by file in a fixed order. Fills `report` on the way. */
export async function* readWindows(
  source: Source,
  context: { now: Date; includeOpen: boolean; report: ReadingReport },
): AsyncGenerator<FoundWindow> {
  for (const root of source.roots) {
    const found = await findFiles(root, source.adapter.globs);
    context.report.skipped.push(...found.skipped);
    for (const file of found.files) yield* windowsOf(source, file, context);
  }
}

async function* windowsOf(
  source: Source,
  file: SourceFile,
  context: { now: Date; includeOpen: boolean; report: ReadingReport },
): AsyncGenerator<FoundWindow> {
  const { report, now, includeOpen } = context;
  const read = await readSourceFile(file.path);
  if (!read.ok) {
    report.skipped.push({ file: file.label, reason: read.reason });
    return;
  }
  report.scannedFiles += 1;
  const parsed = source.adapter.parse(read.text, file.path);
  countRecords(report, parsed.report);
  if (!parsed.ok) {
    report.notSessions.push({ file: file.label, reason: parsed.reason });
    return;
  }
  report.sessions += 1;
  const lastChange = lastEntryAt(parsed.session) ?? read.modifiedAt.getTime();
  const built = buildSession(parsed.session, { idle: now.getTime() - lastChange > IDLE_MS });
  report.promptsWithoutAnswer += built.report.promptsWithoutAnswer;
  for (const window of built.windows) {
    if (window.closed || includeOpen) yield { source: source.adapter.id, file: file.label, window };
    else report.openWindows += 1;
  }
}

/** The newest time that the log states, or undefined where it states none. */
function lastEntryAt(session: Session): number | undefined {
  const times = session.entries.flatMap((entry) => (entry.at === undefined ? [] : [Date.parse(entry.at)]));
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length === 0 ? undefined : known.reduce((a, b) => Math.max(a, b));
}

function countRecords(report: ReadingReport, parsed: ParseReport): void {
  report.badLines += parsed.badLines;
  report.cutFiles += parsed.cutLastLine ? 1 : 0;
  for (const [type, count] of Object.entries(parsed.unknownRecords)) {
    report.unknownRecords[type] = (report.unknownRecords[type] ?? 0) + count;
  }
}
