import type { TraceEntry } from "#lib/domain/text/trace.ts";
import { cn } from "#app/_components/cn.ts";
import { CallEntryView } from "./call-entry.tsx";
import { StepEntryView } from "./step-entry.tsx";
import { StepLink } from "./step-link.tsx";

/** One entry of a trace as an item of a list. One that is `marked` looks as if the address named it, and its call is open. */
export function TraceItem({ entry, marked }: { entry: TraceEntry; marked?: boolean }) {
  return (
    <li
      id={`s${entry.number}`}
      data-kind={kindOf(entry)}
      data-error={entry.failed ? "" : undefined}
      tabIndex={-1}
      className={cn(
        "step grid grid-cols-[minmax(0,1fr)_auto] border-l-3 pl-3 target:bg-raised",
        ruleOf(entry),
        marked && "bg-raised",
      )}
    >
      <div className="min-w-0">
        {/* a stitched result keeps the place that its own number names */}
        {entry.kind === "call" && entry.result && <span id={`s${entry.result.number}`} />}
        {entry.kind === "call" ? (
          <CallEntryView entry={entry} open={marked} />
        ) : (
          <StepEntryView entry={entry} />
        )}
      </div>
      <StepLink number={entry.number} />
    </li>
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
