import type { ReactNode } from "react";
import type { TraceEntry } from "#lib/domain/text/trace.ts";
import { cn } from "#app/_components/cn.ts";
import { CallEntryView } from "./call-entry.tsx";
import { StepEntryView } from "./step-entry.tsx";
import { StepLink } from "./step-link.tsx";

const SHOW = {
  all: "All",
  prompts: "Prompts",
  assistant: "Assistant",
  tools: "Tools",
  errors: "Errors",
} as const;

/** The steps of a trace, drawn by the server. Readable, foldable and narrowable without a script. */
export function TraceView({ entries, tools }: { entries: readonly TraceEntry[]; tools?: ReactNode }) {
  return (
    <div className="trace min-w-0 space-y-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <fieldset className="flex flex-wrap gap-1">
          <legend className="sr-only">Show steps of one kind</legend>
          {Object.entries(SHOW).map(([value, word]) => (
            <label
              key={value}
              className="inline-flex min-h-7 cursor-pointer items-center rounded-token border border-line px-2 text-sm text-muted hover:text-ink has-checked:border-accent has-checked:bg-accent-soft has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
            >
              <input
                type="radio"
                name="show"
                value={value}
                defaultChecked={value === "all"}
                className="sr-only"
              />
              {word}
            </label>
          ))}
        </fieldset>
        {tools}
      </div>
      <ol className="space-y-2">
        {entries.map((entry) => (
          <li
            key={entry.number}
            id={`s${entry.number}`}
            data-kind={kindOf(entry)}
            data-error={entry.failed ? "" : undefined}
            tabIndex={-1}
            className={cn(
              "step grid grid-cols-[minmax(0,1fr)_auto] border-l-3 pl-3 target:bg-raised",
              ruleOf(entry),
            )}
          >
            <div className="min-w-0">
              {/* a stitched result keeps the place that its own number names */}
              {entry.kind === "call" && entry.result && <span id={`s${entry.result.number}`} />}
              {entry.kind === "call" ? <CallEntryView entry={entry} /> : <StepEntryView entry={entry} />}
            </div>
            <StepLink number={entry.number} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function kindOf(entry: TraceEntry): string {
  return entry.kind === "call" ? "call" : entry.step.kind;
}

function ruleOf(entry: TraceEntry): string {
  if (entry.failed) return "border-step-error";
  if (entry.kind === "step" && entry.step.kind === "user") return "border-step-user";
  if (entry.kind === "step" && entry.step.kind === "assistant") return "border-step-assistant";
  return "border-step-quiet";
}
