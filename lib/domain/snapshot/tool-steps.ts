import { canonicalJson } from "#lib/domain/canonical-json.ts";
import type { EpisodeRecord, Step } from "#lib/domain/episode/schema.ts";

type ResultStep = Extract<Step, { kind: "tool_result" }>;

type ToolResult = Pick<ResultStep, "text" | "exit_code" | "is_error" | "cut">;

/** One call with its result. `boundary` holds indexes into the row's `messages`; what the log lacks is absent. */
export type ToolStep = {
  call: string;
  tool?: { name: string; kind: string };
  arguments?: string;
  result?: ToolResult;
  boundary: { call?: number; result?: number };
};

/** The record's calls in order, each with the first later result of the same call id; a result without a call stands alone. */
export function toolSteps(record: EpisodeRecord, messageOfStep: readonly (number | null)[]): ToolStep[] {
  const steps: ToolStep[] = [];
  const waiting = new Map<string, ToolStep>();
  record.steps.forEach((step, index) => {
    const message = messageOfStep[index] ?? undefined;
    if (step.kind === "tool_call") {
      const entry = callStep(step, message);
      steps.push(entry);
      waiting.set(step.call, entry);
    }
    if (step.kind === "tool_result") {
      const entry = waiting.get(step.call) ?? { call: step.call, boundary: {} };
      if (!waiting.delete(step.call)) steps.push(entry);
      entry.result = resultOf(step);
      if (message !== undefined) entry.boundary.result = message;
    }
  });
  return steps;
}

function callStep(step: Extract<Step, { kind: "tool_call" }>, message: number | undefined): ToolStep {
  return {
    call: step.call,
    tool: step.tool,
    ...(step.args === undefined ? {} : { arguments: canonicalJson(step.args) }),
    boundary: message === undefined ? {} : { call: message },
  };
}

function resultOf({ kind: _kind, call: _call, at: _at, bytes: _bytes, ...result }: ResultStep): ToolResult {
  return result;
}
