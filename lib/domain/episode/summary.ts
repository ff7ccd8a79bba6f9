import type { EpisodeState, Lifecycle } from "#lib/domain/lifecycle/episode-states.ts";
import type { Disclosure, License, OutcomeBasis, OutcomeStatus, ToolKind } from "./lists.ts";

/** The facts of an episode that lists may show. */
export type EpisodeFacts = {
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
};

/** What lists show: allow-listed facts from the row, never from an index. */
export type EpisodeSummary = EpisodeFacts & { publishedAt: Date | null };

/** The allow-list at work: the facts of a row, fact by fact, and nothing else that the row may hold. */
export function listedFacts(row: EpisodeFacts): EpisodeFacts {
  return {
    id: row.id,
    title: row.title,
    promptPreview: row.promptPreview,
    sourceTool: row.sourceTool,
    model: row.model,
    license: row.license,
    disclosure: row.disclosure,
    outcome: row.outcome,
    outcomeBasis: row.outcomeBasis,
    languages: row.languages,
    tools: row.tools,
    errorKinds: row.errorKinds,
    steps: row.steps,
    toolCalls: row.toolCalls,
    durationMs: row.durationMs,
    redactions: row.redactions,
    day: row.day,
  };
}

/** What the owner of an episode sees of it. */
export type OwnEpisode = EpisodeSummary & {
  declaredId: string;
  state: EpisodeState;
  reason: string | null;
  tombstone: Lifecycle["tombstone"];
  receivedAt: Date;
  hashBasis: 1 | 2;
};
