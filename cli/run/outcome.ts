import { recordTypes } from "#cli/io/report.ts";
import type { Collected, Place, Refused } from "./collect.ts";
import type { Decision, Planned } from "./plan.ts";
import type { SealedEpisode } from "./seal.ts";
import type { Sent, Uploading } from "./upload.ts";

export type EpisodeStatus =
  | "would_upload"
  | "exists"
  | "capped"
  | "withdrawn"
  | "uploaded"
  | "refused"
  | "not_sent";

/** One line of the review and of the result. */
export type EpisodeLine = {
  episode: SealedEpisode;
  status: EpisodeStatus;
  /** What no rule is sure of. */
  candidates: readonly Place[];
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
  refused: readonly Refused[];
  reading: Collected["reading"];
  scanner: Collected["scanner"];
  ownSecrets: Collected["ownSecrets"];
  stopped: Uploading["stopped"];
  /** True if anything was refused or could not be sent: exit code 1. */
  somethingRefused: boolean;
};

export function outcomeOf(
  collected: Collected,
  run: {
    dryRun: boolean;
    platform: string | undefined;
    planned: readonly Planned[];
    uploading: Uploading | undefined;
  },
): Outcome {
  const episodes = run.planned.map((planned) => ({
    ...lineOf(planned, run.uploading),
    candidates: collected.candidates.get(planned.episode.id) ?? [],
  }));
  const refusedByPlatform = episodes.filter(
    (line) => line.status === "refused" || line.sent?.status === "withdrawn",
  );
  return {
    dryRun: run.dryRun,
    platform: run.platform,
    counters: countersOf(collected, episodes, run.planned),
    docsBySource: collected.docsBySource,
    redactionsByKind: collected.redactions.byKind,
    episodes,
    refused: collected.refused,
    scanner: collected.scanner,
    ownSecrets: collected.ownSecrets,
    reading: {
      ...collected.reading,
      unknownRecords: recordTypes(collected.reading.unknownRecords),
    },
    stopped: run.uploading?.stopped,
    somethingRefused:
      collected.refused.length > 0 || refusedByPlatform.length > 0 || run.uploading?.stopped !== undefined,
  };
}

const STATUS_OF: Record<Decision, EpisodeStatus> = {
  send: "would_upload",
  exists: "exists",
  withdrawn: "withdrawn",
  capped: "capped",
};

function lineOf(
  { episode, decision }: Planned,
  uploading: Uploading | undefined,
): Omit<EpisodeLine, "candidates"> {
  const sent = uploading?.sent.get(episode.id);
  if (decision !== "send" || !sent) return { episode, status: STATUS_OF[decision], sent: undefined };
  return { episode, status: sent.status, sent: sent.status === "not_sent" ? undefined : sent };
}

function countersOf(
  collected: Collected,
  lines: readonly EpisodeLine[],
  planned: readonly Planned[],
): Record<string, number> {
  const docs = (status: EpisodeStatus) => lines.filter((line) => line.status === status);
  const toSend = planned.flatMap(({ episode, decision }) => (decision === "send" ? [episode] : []));
  const bytes = (episodes: readonly SealedEpisode[]) =>
    episodes.reduce((total, episode) => total + episode.bytes, 0);
  const bytesOf = (status: EpisodeStatus) => bytes(docs(status).map((line) => line.episode));
  return {
    scanned_files: collected.reading.scannedFiles,
    produced_docs: collected.episodes.length,
    uploaded_docs: docs("uploaded").length,
    would_upload_docs: toSend.length,
    skipped_existing_docs: docs("exists").length,
    capped_docs: docs("capped").length,
    would_upload_bytes: bytes(toSend),
    uploaded_bytes: bytesOf("uploaded"),
    capped_bytes: bytesOf("capped"),
    redactions: collected.redactions.total,
    withdrawn_docs: docs("withdrawn").length,
    refused_docs: collected.refused.length + docs("refused").length,
    failed_docs: docs("not_sent").length,
    duplicate_docs: collected.duplicates,
    open_docs: collected.reading.openWindows,
    skipped_files: collected.reading.skipped.length + collected.reading.notSessions.length,
  };
}
