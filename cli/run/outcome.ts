import { recordTypes } from "#cli/io/report.ts";
import type { Collected } from "./collect.ts";
import type { Refused } from "./prepare-windows.ts";
import type { Place } from "./prepare-window.ts";
import { type Decision, type Planned, settledAs } from "./plan.ts";
import type { KnownEpisode } from "./reading-entry.ts";
import type { SealedEpisode } from "./seal.ts";
import type { Sent } from "./note-answer.ts";
import type { Uploading } from "./upload.ts";

export type EpisodeStatus =
  | "would_upload"
  | "exists"
  | "capped"
  | "rejected"
  | "not_accepted"
  | "unaffirmed"
  | "withdrawn"
  | "uploaded"
  | "refused"
  | "not_sent"
  | "not_confirmed";

/** One line of the review and of the result. */
export type EpisodeLine = {
  episode: SealedEpisode;
  status: EpisodeStatus;
  /** What no rule is sure of. */
  candidates: readonly Place[];
  /** The projects that its session worked in, as they may be shown. */
  projects: readonly string[];
  sent: Extract<Sent, { status: "refused" | "withdrawn" | "uploaded" }> | undefined;
};

/** Everything that the report of a run says, in both forms. */
export type Outcome = {
  dryRun: boolean;
  platform: string | undefined;
  counters: Record<string, number>;
  docsBySource: Record<string, number>;
  redactionsByKind: Record<string, number>;
  episodes: EpisodeLine[];
  /** What files that are as they were hold: it was not read again. */
  known: { episode: KnownEpisode; status: EpisodeStatus }[];
  refused: readonly Refused[];
  reading: Collected["reading"];
  choice: Collected["choice"];
  scanner: Collected["scanner"];
  ownSecrets: Collected["ownSecrets"];
  stopped: Uploading["stopped"];
  /** True if anything was refused or could not be sent, or nothing was accepted: exit code 1. */
  somethingRefused: boolean;
};

export function outcomeOf(
  collected: Collected,
  run: {
    dryRun: boolean;
    platform: string | undefined;
    planned: readonly Planned[];
    standing: Parameters<typeof settledAs>[1];
    uploading: Uploading | undefined;
  },
): Outcome {
  const known = collected.known.flatMap((episode) => {
    const decision = settledAs(episode, run.standing);
    return decision === undefined ? [] : [{ episode, status: STATUS_OF[decision] }];
  });
  const episodes = run.planned.map((planned) => ({
    ...lineOf(planned, run.uploading),
    candidates: collected.candidates.get(planned.episode.id) ?? [],
    projects: (collected.places.get(planned.episode.id)?.projects ?? []).map(collected.projectName),
  }));
  const refusedByPlatform = episodes.filter(
    (line) =>
      line.status === "refused" ||
      line.sent?.status === "withdrawn" ||
      // a dry run may show what nobody has affirmed yet; sending it is refused
      (!run.dryRun && line.status === "unaffirmed"),
  );
  return {
    dryRun: run.dryRun,
    platform: run.platform,
    counters: countersOf(collected, { lines: episodes, known, planned: run.planned, dryRun: run.dryRun }),
    docsBySource: collected.docsBySource,
    redactionsByKind: collected.redactions.byKind,
    episodes,
    known,
    refused: collected.refused,
    scanner: collected.scanner,
    ownSecrets: collected.ownSecrets,
    reading: {
      ...collected.reading,
      unknownRecords: recordTypes(collected.reading.unknownRecords),
    },
    choice: collected.choice,
    stopped: run.uploading?.stopped,
    somethingRefused:
      collected.refused.length > 0 ||
      refusedByPlatform.length > 0 ||
      run.uploading?.stopped !== undefined ||
      (!run.dryRun && nothingAccepted(episodes)),
  };
}

/** With --only-accepted, all that was offered waits for the review: a script must not take that for a success. */
function nothingAccepted(lines: readonly Pick<EpisodeLine, "status">[]): boolean {
  const of = (status: EpisodeStatus) => lines.some((line) => line.status === status);
  return of("not_accepted") && !of("uploaded") && !of("exists");
}

const STATUS_OF: Record<Decision, EpisodeStatus> = {
  send: "would_upload",
  exists: "exists",
  withdrawn: "withdrawn",
  capped: "capped",
  rejected: "rejected",
  not_accepted: "not_accepted",
  unaffirmed: "unaffirmed",
};

function lineOf(
  { episode, decision }: Planned,
  uploading: Uploading | undefined,
): Omit<EpisodeLine, "candidates" | "projects"> {
  const sent = uploading?.sent.get(episode.id);
  if (decision !== "send" || !sent) return { episode, status: STATUS_OF[decision], sent: undefined };
  if (sent.status === "not_sent" || sent.status === "not_confirmed") {
    return { episode, status: sent.status, sent: undefined };
  }
  return { episode, status: sent.status, sent };
}

function countersOf(
  collected: Collected,
  {
    lines,
    known,
    planned,
    dryRun,
  }: Pick<Outcome, "known" | "dryRun"> & { lines: readonly EpisodeLine[]; planned: readonly Planned[] },
): Record<string, number> {
  const { choice } = collected;
  const docs = (status: EpisodeStatus) => lines.filter((line) => line.status === status);
  const allWith = (status: EpisodeStatus) =>
    docs(status).length + known.filter((one) => one.status === status).length;
  const toSend = offeredOf(planned, dryRun);
  const bytes = (episodes: readonly SealedEpisode[]) =>
    episodes.reduce((total, episode) => total + episode.bytes, 0);
  const bytesOf = (status: EpisodeStatus) => bytes(docs(status).map((line) => line.episode));
  return {
    scanned_files: collected.reading.scannedFiles,
    unchanged_files: collected.reading.unchangedFiles,
    produced_docs: collected.episodes.length + known.length,
    unchanged_docs: known.length,
    uploaded_docs: docs("uploaded").length,
    would_upload_docs: toSend.length,
    skipped_existing_docs: allWith("exists"),
    capped_docs: docs("capped").length,
    would_upload_bytes: bytes(toSend),
    uploaded_bytes: bytesOf("uploaded"),
    capped_bytes: bytesOf("capped"),
    redactions: collected.redactions.total,
    withdrawn_docs: allWith("withdrawn"),
    refused_docs:
      collected.refused.length + docs("refused").length + (dryRun ? 0 : docs("unaffirmed").length),
    unaffirmed_docs: docs("unaffirmed").length,
    rejected_docs: allWith("rejected"),
    not_accepted_docs: docs("not_accepted").length,
    failed_docs: docs("not_sent").length + docs("not_confirmed").length,
    not_confirmed_docs: docs("not_confirmed").length,
    duplicate_docs: collected.duplicates,
    open_docs: collected.reading.openWindows,
    denied_docs: choice.denied,
    before_since_docs: choice.before,
    undated_docs: sumOf(choice.undated),
    other_project_docs: choice.elsewhere,
    no_folder_docs: sumOf(choice.withoutFolder),
    skipped_files: collected.reading.skipped.length + collected.reading.notSessions.length,
  };
}

/**
 * What would be sent, or in a dry run what would be once the projects are affirmed: whoever looks has to see it before they
 * affirm anything.
 */
export function offeredOf(planned: readonly Planned[], dryRun: boolean): SealedEpisode[] {
  return planned.flatMap(({ episode, decision }) =>
    decision === "send" || (dryRun && decision === "unaffirmed") ? [episode] : [],
  );
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

/** The projects that still need their one-time affirmation, sorted. */
export function unaffirmedProjects({ episodes }: Pick<Outcome, "episodes">): string[] {
  const lines = episodes.filter((line) => line.status === "unaffirmed");
  return [...new Set(lines.flatMap((line) => line.projects))].sort();
}
