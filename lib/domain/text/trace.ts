import type { PublicStep } from "#lib/domain/episode/public-form.ts";
import { type CallStep, isFailure, type ResultStep } from "./call-line.ts";

/** One entry of a rendered trace: a step, or a call with its result. Steps are numbered from 1, as the record has them. */
export type TraceEntry =
  | {
      kind: "call";
      number: number;
      step: CallStep;
      result?: { number: number; step: ResultStep };
      failed: boolean;
    }
  | { kind: "step"; number: number; step: Exclude<PublicStep, CallStep>; failed: boolean };

/**
 * Brings each result to its call, however many other steps stand between (Hugging Face session traces: results belong to the
 * call that they name). A result whose call is missing stays where it was.
 */
export function stitch(steps: readonly PublicStep[]): TraceEntry[] {
  const results = new Map<string, { number: number; step: ResultStep }>();
  const calls = new Set<string>();
  steps.forEach((step, index) => {
    if (step.kind === "tool_call") calls.add(step.call);
    if (step.kind === "tool_result" && calls.has(step.call) && !results.has(step.call))
      results.set(step.call, { number: index + 1, step });
  });
  const stitched = new Set([...results.values()].map((result) => result.number));
  const taken = new Set<string>();
  return steps.flatMap((step, index): TraceEntry[] => {
    const number = index + 1;
    if (stitched.has(number)) return [];
    if (step.kind !== "tool_call") return [{ kind: "step", number, step, failed: isFailedStep(step) }];
    // a call id that is used twice gives its result to the first call only
    const result = taken.has(step.call) ? undefined : results.get(step.call);
    taken.add(step.call);
    return [{ kind: "call", number, step, ...(result ? { result } : {}), failed: isFailure(result?.step) }];
  });
}

function isFailedStep(step: Exclude<PublicStep, CallStep>): boolean {
  return step.kind === "tool_result" ? isFailure(step) : step.kind === "event" && step.name === "error";
}

/** A line of the outline: a prompt, a run of calls to one tool, or a failure. `number` is the step it leads to. */
export type OutlineItem =
  | { kind: "prompt"; number: number; text: string }
  | { kind: "calls"; number: number; tool: string; count: number }
  | { kind: "failure"; number: number; tool: string };

/** The trace in short: prompts as chapters, runs of calls grouped, every failure on its own. */
export function outlineOf(entries: readonly TraceEntry[]): OutlineItem[] {
  const items: OutlineItem[] = [];
  for (const entry of entries) {
    if (entry.kind === "step") {
      if (entry.step.kind === "user")
        items.push({ kind: "prompt", number: entry.number, text: entry.step.text ?? "" });
      else if (entry.failed) items.push({ kind: "failure", number: entry.number, tool: entry.step.kind });
      continue;
    }
    const tool = entry.step.tool.name;
    const last = items.at(-1);
    if (entry.failed) items.push({ kind: "failure", number: entry.number, tool });
    else if (last?.kind === "calls" && last.tool === tool) last.count += 1;
    else items.push({ kind: "calls", number: entry.number, tool, count: 1 });
  }
  return items;
}
