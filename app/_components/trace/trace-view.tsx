import type { ReactNode } from "react";
import type { TraceEntry } from "#lib/domain/text/trace.ts";
import { TraceItem } from "./trace-item.tsx";

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
          <TraceItem key={entry.number} entry={entry} />
        ))}
      </ol>
    </div>
  );
}
