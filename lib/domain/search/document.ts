import type { EpisodeRecord, Step } from "#lib/domain/episode/schema.ts";
import { titleOf } from "#lib/domain/episode/title.ts";
import { plainTerminalText } from "#lib/domain/text/plain-terminal.ts";

/** The allow-list of what an index may hold of an episode (episode.md, last paragraph). Nothing else ever reaches one. */
export type SearchDocument = {
  id: string;
  title: string;
  prompt: string;
  result: string;
  steps: string;
  identifiers: string;
  sourceTool: string;
  model: string | null;
  license: string;
  disclosure: string;
  outcome: string;
  outcomeBasis: string;
  languages: string[];
  toolKinds: string[];
  toolNames: string[];
  errorKinds: string[];
  tags: string[];
  stepCount: number;
  toolCalls: number;
  month: string | null;
  publishedAt: Date;
};

const STEP_TEXT_LIMIT = 200_000;

/** The search document of a published record. Pure. */
export function searchDocument(record: EpisodeRecord, publishedAt: Date): SearchDocument {
  const calls = record.steps.filter((step) => step.kind === "tool_call");
  const steps = record.steps
    .map(stepText)
    .filter(Boolean)
    .join("\n")
    .slice(0, STEP_TEXT_LIMIT)
    .toWellFormed();
  const prompt = record.task.prompt ?? record.task.prompt_preview ?? "";
  return {
    id: record.id,
    title: titleOf(record),
    prompt,
    result: record.outcome.result_preview ?? "",
    steps,
    identifiers: identifiersOf(`${prompt}\n${steps}`),
    sourceTool: record.source.tool,
    model: record.source.model ?? null,
    license: record.rights.license,
    disclosure: record.disclosure,
    outcome: record.outcome.status,
    outcomeBasis: record.outcome.basis,
    languages: record.task.languages,
    toolKinds: [...new Set(calls.map((step) => step.tool.kind))].sort(),
    toolNames: [...new Set(calls.map((step) => step.tool.name))].sort(),
    errorKinds: record.outcome.error_kinds,
    tags: record.task.tags,
    stepCount: record.counts.steps,
    toolCalls: record.counts.tool_calls,
    month: record.time.start?.slice(0, 7) ?? null,
    publishedAt,
  };
}

function stepText(step: Step): string {
  if (step.kind === "tool_call") return step.args === undefined ? "" : plainText(step.args);
  return plainTerminalText(step.text ?? "");
}

function plainText(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(plainText).join(" ");
  if (typeof value === "object" && value !== null) return Object.values(value).map(plainText).join(" ");
  return "";
}

const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_]{2,60}/g;
const IDENTIFIER_LIMIT = 4_000;

/** Parts of compound names (`parseHttpUrl`, `tool_call`) as words of their own, for the index's plain-word vector. */
export function identifiersOf(text: string): string {
  const parts = new Set<string>();
  for (const [name] of text.matchAll(IDENTIFIER)) {
    if (parts.size >= IDENTIFIER_LIMIT) break;
    const words = name
      .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
      .split(/[_\s]+/)
      .filter((word) => word.length > 2);
    if (words.length > 1) for (const word of words) parts.add(word.toLowerCase());
  }
  return [...parts].join(" ");
}
