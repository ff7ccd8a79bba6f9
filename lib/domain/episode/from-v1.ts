import { blake3Hex } from "#lib/domain/hash.ts";
import { toolKind } from "#lib/domain/sources/tool-kinds.ts";
import { LIMITS } from "./limits.ts";
import { previewOf } from "./preview.ts";
import { EPISODE_SCHEMA, type EpisodeRecord, type Step } from "./schema.ts";
import type { EpisodeV1 } from "./schema-v1.ts";

/**
 * The older client's record as a version 2 record (specifics.md, "Version 1 → 2"). `publicId` is the declared id only if the
 * hash was verified. A summary keeps the shape of its trace and drops the words.
 */
export function fromV1(record: EpisodeV1, publicId: string): EpisodeRecord {
  const raw = record.meta.raw_content_included;
  const steps = stepsOf(record);
  const calls = steps.filter((step) => step.kind === "tool_call").length;
  return {
    schema: EPISODE_SCHEMA,
    id: publicId,
    content_hash: record.content_hash,
    hash_basis: 1,
    source: sourceOf(record.source_tool),
    session: {
      key: /^[0-9a-f]{64}$/.test(record.session_id)
        ? record.session_id
        : blake3Hex(`session-v1|${record.session_id}`),
    },
    time: { start: record.ts_start, end: record.ts_end },
    task: {
      ...(raw
        ? { prompt: record.prompt }
        : { prompt_preview: previewOf(record.prompt, LIMITS.promptPreview) }),
      languages: record.meta.lang ? [record.meta.lang.toLowerCase()] : [],
      tags: [],
    },
    steps: raw ? steps : steps.map(withoutWords),
    outcome: outcomeOf(record, raw),
    counts: {
      steps: steps.length,
      turns: 1,
      tool_calls: calls,
      files_edited: 0,
      lines_added: 0,
      lines_removed: 0,
      ...durationOf(record),
    },
    disclosure: raw ? "raw" : "summary",
    redactions: { total: 0, by_kind: {} },
    sanitizer: {
      rules_version: record.sanitizer_version || "unknown",
      ...(record.policy_version ? { policy: record.policy_version } : {}),
    },
    rights: {
      license: record.license,
      consent_version: record.consent.consent_version,
      accepted_at: record.consent.accepted_at,
      public_searchable: true,
      trainable: true,
    },
  };
}

function sourceOf(tool: string): EpisodeRecord["source"] {
  const colon = tool.indexOf(":");
  return colon > 0 && colon < tool.length - 1
    ? { tool: tool.slice(colon + 1), namespace: tool.slice(0, colon) }
    : { tool };
}

/** Steps by role; calls are numbered in order, and a result belongs to the call before it. */
function stepsOf(record: EpisodeV1): Step[] {
  const steps: Step[] = [];
  let calls = 0;
  let open: string | null = null;
  const call = (name: string, at: object): string => {
    const id = `c${++calls}`;
    steps.push({ kind: "tool_call", call: id, tool: { name, kind: toolKind(name) }, ...at });
    return id;
  };
  if (record.context) steps.push({ kind: "event", name: "context", text: record.context });
  for (const { role, content, name, ts } of record.trace) {
    const at = ts ? { at: ts } : {};
    if (role === "system") steps.push({ kind: "event", name: "context", text: content, ...at });
    else if (role === "user") steps.push({ kind: "user", text: content, ...at });
    else if (role === "tool") {
      steps.push({ kind: "tool_result", call: open ?? call(name || "unknown", at), text: content, ...at });
      open = null;
    } else if (name) {
      if (content) steps.push({ kind: "assistant", text: content, ...at });
      open = call(name, at);
    } else steps.push({ kind: "assistant", text: content, ...at });
  }
  return record.meta.raw_content_included ? withResult(steps, record.result) : steps;
}

/** The older client's `result` is the final answer: it becomes the last assistant step unless it is that already. */
function withResult(steps: Step[], result: string): Step[] {
  const last = steps.findLast((step) => step.kind === "assistant");
  if (!result || (last?.kind === "assistant" && last.text === result)) return steps;
  return [...steps, { kind: "assistant", text: result }];
}

function withoutWords(step: Step): Step {
  const bytes =
    "text" in step && step.text !== undefined ? { bytes: new TextEncoder().encode(step.text).length } : {};
  switch (step.kind) {
    case "tool_call":
      return { kind: step.kind, call: step.call, tool: step.tool };
    case "tool_result":
      return { kind: step.kind, call: step.call, ...bytes };
    case "event":
      return { kind: step.kind, name: step.name, ...bytes };
    default:
      return { kind: step.kind, ...bytes };
  }
}

function outcomeOf(record: EpisodeV1, raw: boolean): EpisodeRecord["outcome"] {
  const tests = record.outcome.signals?.tests_passed;
  const exitCode = record.outcome.signals?.exit_code;
  return {
    status: record.outcome.success ? "success" : "failure",
    basis: typeof tests === "boolean" ? "tests_reported" : "no_error_event",
    ...(typeof exitCode === "number" ? { exit_code: exitCode } : {}),
    error_kinds: [...new Set(record.meta.error_types.filter(Boolean))].slice(0, 50),
    ...(raw || !record.result ? {} : { result_preview: previewOf(record.result, LIMITS.resultPreview) }),
  };
}

function durationOf(record: EpisodeV1): { duration_ms?: number } {
  const duration = Date.parse(record.ts_end) - Date.parse(record.ts_start);
  return duration >= 0 ? { duration_ms: duration } : {};
}
