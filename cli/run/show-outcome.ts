import { counted, counterLines, countsInWords, humanBytes } from "#cli/io/report.ts";
import { scannerLine } from "#cli/sanitize/report.ts";
import { safeLine } from "#cli/io/safe-text.ts";
import { type Io, say, sayJson } from "#cli/io/terminal.ts";
import { type EpisodeLine, type Outcome, unaffirmedProjects } from "./outcome.ts";
import { type SealedEpisode, unseal } from "./seal.ts";
import { showAnswers } from "./show-answers.ts";

export type ShowOptions = {
  review: boolean;
  explainSize: boolean;
  showPayload: boolean;
  /** How many episodes are listed; payloads are shown of as many, but three unless it is given. */
  previewLimit: number | undefined;
};

const LISTED = 50;
const PAYLOADS = 3;
const LARGEST = 10;

/** Counters that say something only if they are not 0; `--json` has them always. */
const SHOWN_IF_ANY = new Set([
  "unchanged_files",
  "unchanged_docs",
  "unaffirmed_docs",
  "rejected_docs",
  "not_accepted_docs",
  "not_confirmed_docs",
  "denied_docs",
  "before_since_docs",
  "undated_docs",
  "other_project_docs",
  "no_folder_docs",
]);

/** The review: what would leave, before anything does. */
export function showReview(io: Io, outcome: Outcome, options: ShowOptions): void {
  const { episodes, known } = outcome;
  const limit = options.previewLimit ?? LISTED;
  say(
    io,
    `Review: ${counted(episodes.length + known.length, "episode")} (${countsInWords(withDocs(outcome.docsBySource))})`,
  );
  if (known.length > 0) {
    say(
      io,
      `  ${known.length} of them are sent, withdrawn or rejected, in files that have not changed: not listed`,
    );
  }
  for (const line of episodes.slice(0, limit)) {
    say(io, describe(line));
    if (line.episode.preview) say(io, `    ${safeLine(line.episode.preview)}`);
    for (const { rule, path } of line.candidates) {
      say(io, `    look yourself: ${safeLine(rule)} at ${safeLine(path)} (a moderator will too)`);
    }
  }
  if (episodes.length > limit) {
    say(io, `  … and ${episodes.length - limit} more (--preview-limit N or --json show them)`);
  }
  say(io, `Redactions by kind: ${countsInWords(outcome.redactionsByKind)}`);
  const { tool, version, status } = outcome.scanner;
  say(io, `Second opinion: ${tool === null ? `none (${status})` : `${tool} ${version}`}`);
  const raw = episodes.filter((line) => line.episode.disclosure === "raw").length;
  if (raw > 0) {
    say(
      io,
      `Raw (${raw} of ${episodes.length}): these records hold the sanitized text of prompts, answers, commands and their output.`,
    );
  }
  if (raw < episodes.length) {
    say(
      io,
      "Summary: these records hold the two previews shown above at most, shapes and counts, no transcript.",
    );
  }
  showUnaffirmed(io, outcome);
  say(io);
}

/** Private or unknown repositories: what has to be said once before their episodes may leave. */
function showUnaffirmed(io: Io, outcome: Outcome): void {
  const projects = unaffirmedProjects(outcome);
  if (projects.length === 0) return;
  const docs = outcome.episodes.filter((line) => line.status === "unaffirmed");
  say(
    io,
    `Not affirmed: ${counted(docs.length, "episode")} of ${counted(projects.length, "project")} whose repository is private or unknown. You say once for each that you may publish from it.`,
  );
  for (const project of projects) {
    const own = docs.filter((line) => line.projects.includes(project)).length;
    say(io, `    ${safeLine(project)}  ${counted(own, "episode")}`);
  }
}

export function showSizes(io: Io, episodes: readonly SealedEpisode[]): void {
  const total = episodes.reduce((sum, episode) => sum + episode.bytes, 0);
  const parts: Record<string, number> = {};
  for (const { sizes } of episodes) {
    for (const [part, bytes] of Object.entries(sizes)) parts[part] = (parts[part] ?? 0) + bytes;
  }
  say(io, `Size: ${total} bytes (${humanBytes(total)}) in ${episodes.length} episodes, before compression`);
  for (const [part, bytes] of Object.entries(parts).sort(([, a], [, b]) => b - a)) {
    say(io, `  ${part.padEnd(12)} ${humanBytes(bytes)}`);
  }
  const largest = episodes.toSorted((a, b) => b.bytes - a.bytes || (a.id < b.id ? -1 : 1)).slice(0, LARGEST);
  say(io, "Largest:");
  for (const episode of largest) {
    say(
      io,
      `  ${humanBytes(episode.bytes).padStart(10)}  ${episode.id}  ${episode.source}  ${episode.steps} steps`,
    );
  }
  say(io);
}

export function showPayloads(io: Io, episodes: readonly SealedEpisode[], limit = PAYLOADS): void {
  for (const episode of episodes.slice(0, limit)) {
    say(io, `Payload of ${episode.id}:`);
    sayJson(io, JSON.parse(unseal(episode)));
  }
  if (episodes.length > limit)
    say(io, `… and ${episodes.length - limit} more (--preview-limit N shows them)`);
  say(io);
}

/** What was passed over, what was refused, and the counters. */
export function showResult(io: Io, outcome: Outcome): void {
  showPassedOver(io, outcome);
  say(io, scannerLine(outcome.scanner));
  say(io, `own secrets looked for: ${outcome.ownSecrets.known}`);
  for (const { kind, reason } of outcome.ownSecrets.unread) {
    say(io, `own secrets not read: a ${kind} file: ${reason}`);
  }
  showAnswers(io, outcome);
  const counters = Object.entries(outcome.counters).filter(
    ([name, count]) => count > 0 || !SHOWN_IF_ANY.has(name),
  );
  for (const line of counterLines(Object.fromEntries(counters))) say(io, line);
  for (const [source, docs] of Object.entries(withDocs(outcome.docsBySource))) {
    say(io, `source=${source} docs=${docs}`);
  }
}

/** Most people use few of the agents that are looked for. */
function withDocs(docsBySource: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(docsBySource).filter(([, docs]) => docs > 0));
}

function showPassedOver(io: Io, { reading, choice, known }: Outcome): void {
  if (reading.unchangedFiles > 0) {
    say(
      io,
      `unchanged since an earlier run, not read again: ${counted(reading.unchangedFiles, "file")}, ${counted(known.length, "episode")}`,
    );
  }
  if (choice.before > 0) say(io, `before --since: ${choice.before}`);
  for (const [file, windows] of choice.undated) {
    say(io, `not offered with --since, the log states no time: ${safeLine(file)}: ${windows}`);
  }
  if (choice.elsewhere > 0) say(io, `outside --project: ${choice.elsewhere}`);
  for (const [file, windows] of choice.withoutFolder) {
    say(io, `not offered with --project, the log names no folder: ${safeLine(file)}: ${windows}`);
  }
  if (choice.denied > 0) say(io, `of denied projects, passed over: ${choice.denied}`);
  for (const { file, reason } of reading.skipped) say(io, `not read: ${safeLine(file)}: ${reason}`);
  for (const { file, reason } of reading.notSessions) say(io, `no session: ${safeLine(file)}: ${reason}`);
  if (reading.toldElsewhere > 0) {
    say(io, `sessions that a better log of the same agent tells: ${reading.toldElsewhere}`);
  }
  if (reading.copiedWindows > 0) {
    say(io, `episodes that a fork or a resumed session repeats: ${reading.copiedWindows}`);
  }
  if (reading.badLines > 0) say(io, `lines that can't be read: ${reading.badLines}`);
  if (reading.cutFiles > 0) say(io, `files whose last line is still being written: ${reading.cutFiles}`);
  if (reading.openWindows > 0) {
    say(io, `still open, offered later or with --include-open: ${reading.openWindows}`);
  }
  if (reading.promptsWithoutAnswer > 0) say(io, `prompts without an answer: ${reading.promptsWithoutAnswer}`);
  const unknown = countsInWords(reading.unknownRecords);
  if (unknown !== "none") say(io, `record types passed over: ${unknown}`);
}

function describe({ episode, status }: EpisodeLine): string {
  const parts = [
    episode.id.slice(0, 12),
    status,
    episode.source,
    episode.start?.slice(0, 10) ?? "no date",
    `prompt ${episode.position ?? "?"}`,
    episode.disclosure,
    counted(episode.steps, "step"),
    counted(episode.toolCalls, "call"),
    humanBytes(episode.bytes),
    `redactions: ${countsInWords(episode.redactions.byKind)}`,
  ];
  return `  ${parts.map(safeLine).join("  ")}`;
}
