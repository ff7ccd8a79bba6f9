import type { EpisodeState, Lifecycle } from "#lib/domain/lifecycle/episode-states.ts";
import type { Disclosure, License, OutcomeBasis, OutcomeStatus, ToolKind } from "./lists.ts";

/** The facts of an episode that lists show: allow-listed, from the row, never from an index. */
export type EpisodeSummary = {
  id: string;
  title: string;
  promptPreview: string;
  sourceTool: string;
  model: string | null;
  license: License;
  disclosure: Disclosure;
  outcome: OutcomeStatus;
  outcomeBasis: OutcomeBasis;
  languages: string[];
  tools: { kind: ToolKind; calls: number }[];
  errorKinds: string[];
  steps: number;
  toolCalls: number;
  durationMs: number | null;
  redactions: number;
  /** Day of the session (YYYY-MM-DD), or null where the log has no times. */
  day: string | null;
  publishedAt: Date | null;
};

/** What the owner of an episode sees of it. */
export type OwnEpisode = EpisodeSummary & {
  declaredId: string;
  state: EpisodeState;
  reason: string | null;
  tombstone: Lifecycle["tombstone"];
  receivedAt: Date;
  hashBasis: 1 | 2;
};
