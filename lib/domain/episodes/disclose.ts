import { canonicalJson } from "#lib/domain/canonical-json.ts";
import { LIMITS } from "#lib/domain/episode/limits.ts";
import type { Disclosure } from "#lib/domain/episode/lists.ts";
import type { Step } from "#lib/domain/episode/schema.ts";
import { utf8Length } from "./text-limits.ts";
import type { WindowContent } from "./window.ts";

/**
 * What a record discloses of a sanitized window. `raw` keeps its texts and has no previews; `summary` keeps the shape:
 * previews of prompt and result, and of each step its kind, tool, exit code, error flag and the bytes left out
 * (docs/DATASET.md, "Disclosure").
 */
export function discloseContent(content: WindowContent, disclosure: Disclosure): WindowContent {
  if (disclosure === "raw") return content;
  const { prompt, ...task } = content.task;
  const result = finalAnswer(content.steps);
  return {
    ...content,
    task: {
      ...task,
      ...(prompt === undefined ? {} : { prompt_preview: previewOf(prompt, LIMITS.promptPreview) }),
    },
    steps: content.steps.map(summarize),
    outcome: {
      ...content.outcome,
      ...(result === undefined ? {} : { result_preview: previewOf(result, LIMITS.resultPreview) }),
    },
  };
}

/**
 * At most `max` UTF-16 units of a text, never half a character; an ellipsis says that it was cut. Nothing is joined or
 * rewritten: a preview of a sanitized text can't form what the sanitizer has not seen.
 */
export function previewOf(text: string, max: number): string {
  const trimmed = text.trim();
  if (trimmed.length <= max) return trimmed.toWellFormed();
  let end = max - 1;
  if (isHighSurrogate(trimmed.charCodeAt(end - 1))) end -= 1;
  return `${trimmed.slice(0, end).toWellFormed().trimEnd()}…`;
}

function summarize(step: Step): Step {
  switch (step.kind) {
    case "user":
      return { kind: "user", ...leftOut(step.text) };
    case "assistant":
      return { kind: "assistant", ...leftOut(step.text, step.thinking) };
    case "tool_call":
      return {
        kind: "tool_call",
        call: step.call,
        tool: step.tool,
        ...(step.args === undefined ? {} : leftOut(canonicalJson(step.args))),
      };
    case "tool_result":
      return {
        kind: "tool_result",
        call: step.call,
        ...(step.exit_code === undefined ? {} : { exit_code: step.exit_code }),
        ...(step.is_error === undefined ? {} : { is_error: step.is_error }),
        ...leftOut(step.text),
      };
    case "event":
      return { kind: "event", name: step.name, ...leftOut(step.text) };
  }
}

function leftOut(...texts: (string | undefined)[]): { bytes?: number } {
  const present = texts.filter((text) => text !== undefined);
  return present.length === 0 ? {} : { bytes: present.reduce((sum, text) => sum + utf8Length(text), 0) };
}

function finalAnswer(steps: readonly Step[]): string | undefined {
  for (const step of steps.toReversed()) {
    if (step.kind === "assistant" && step.text !== undefined && step.text.trim() !== "") return step.text;
  }
  return undefined;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
