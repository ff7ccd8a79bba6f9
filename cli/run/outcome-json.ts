import { episodeId } from "#lib/domain/episode/identity.ts";
import { type EpisodeLine, type EpisodeStatus, type Outcome, unaffirmedProjects } from "./outcome.ts";
import type { KnownEpisode } from "./reading-entry.ts";
import { unseal } from "./seal.ts";
import type { ShowOptions } from "./show-outcome.ts";

/** The stable shape of `run --json`. */
export function outcomeJson(outcome: Outcome, options: ShowOptions, nextSteps: readonly string[]): unknown {
  const payloads = options.showPayload
    ? outcome.episodes
        .slice(0, options.previewLimit ?? outcome.episodes.length)
        .map((line): unknown => JSON.parse(unseal(line.episode)))
    : undefined;
  return {
    ok: !outcome.somethingRefused,
    dry_run: outcome.dryRun,
    platform: outcome.platform ?? null,
    counters: outcome.counters,
    sources: Object.entries(outcome.docsBySource).map(([source, docs]) => ({ source, docs })),
    redactions_by_kind: outcome.redactionsByKind,
    scanner: outcome.scanner,
    own_secrets: { known: outcome.ownSecrets.known, unread_files: outcome.ownSecrets.unread },
    episodes: [
      ...outcome.episodes.map((line) => episodeJson(line, outcome.platform, options)),
      ...outcome.known.map(({ episode, status }) => knownJson(episode, status)),
    ],
    refused: outcome.refused.map(({ prompt, ...rest }) => ({ ...rest, prompt })),
    unaffirmed_projects: unaffirmedProjects(outcome),
    passed_over: {
      undated: filesJson(outcome.choice.undated),
      no_folder: filesJson(outcome.choice.withoutFolder),
    },
    skipped_files: [...outcome.reading.skipped, ...outcome.reading.notSessions],
    reading: {
      sessions: outcome.reading.sessions,
      told_elsewhere: outcome.reading.toldElsewhere,
      copied_windows: outcome.reading.copiedWindows,
      bad_lines: outcome.reading.badLines,
      cut_files: outcome.reading.cutFiles,
      prompts_without_answer: outcome.reading.promptsWithoutAnswer,
      unknown_records: outcome.reading.unknownRecords,
    },
    ...(outcome.stopped ? { error: { code: outcome.stopped.code, message: outcome.stopped.message } } : {}),
    ...(payloads ? { payloads } : {}),
    next_steps: nextSteps,
  };
}

function episodeJson(line: EpisodeLine, platform: string | undefined, options: ShowOptions): unknown {
  const { episode, status, sent } = line;
  return {
    ...factsJson(episode, status),
    ...(options.explainSize ? { sizes: episode.sizes } : {}),
    candidates: line.candidates,
    preview: episode.preview,
    ...(sent?.status === "uploaded"
      ? { url: `${platform}/episodes/${sent.publicId}`, new: sent.isNew, warnings: sent.warnings }
      : {}),
    ...(sent && sent.status !== "uploaded"
      ? { refusal: { status: sent.refusal.status, code: sent.refusal.code, errors: sent.refusal.faults } }
      : {}),
  };
}

/** An episode of a file that was not read again: all but what only its text tells. */
function knownJson(episode: KnownEpisode, status: EpisodeStatus): unknown {
  return { ...factsJson(episode, status), candidates: [], preview: "", unchanged: true };
}

type Facts = Pick<
  KnownEpisode,
  | "contentHash"
  | "source"
  | "position"
  | "start"
  | "disclosure"
  | "steps"
  | "toolCalls"
  | "bytes"
  | "redactions"
>;

/** What is known of an episode whether or not its file was read again. */
function factsJson(episode: Facts, status: EpisodeStatus): object {
  return {
    id: episodeId(episode.contentHash),
    content_hash: episode.contentHash,
    status,
    source: episode.source,
    position: episode.position ?? null,
    start: episode.start ?? null,
    disclosure: episode.disclosure,
    steps: episode.steps,
    tool_calls: episode.toolCalls,
    bytes: episode.bytes,
    redactions: { total: episode.redactions.total, by_kind: episode.redactions.byKind },
  };
}

function filesJson(files: ReadonlyMap<string, number>): { file: string; windows: number }[] {
  return [...files].map(([file, windows]) => ({ file, windows }));
}
