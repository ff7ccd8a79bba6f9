import {
  ChevronRight,
  CircleX,
  FilePen,
  FileText,
  Globe,
  ListTodo,
  Plug,
  Search,
  Split,
  Terminal as Shell,
  Wrench,
} from "lucide-react";
import type { ToolKind } from "#lib/domain/episode/lists.ts";
import { callLine, type ResultStep } from "#lib/domain/text/call-line.ts";
import { parsePatch } from "#lib/domain/text/patch.ts";
import type { TraceEntry } from "#lib/domain/text/trace.ts";
import { cn } from "#app/_components/cn.ts";
import { bytes, duration } from "#app/_components/format.ts";
import { Arguments } from "./arguments.tsx";
import { Diffs } from "./diff.tsx";
import { Terminal } from "./terminal.tsx";

const ICONS: Record<ToolKind, typeof Shell> = {
  read: FileText,
  edit: FilePen,
  shell: Shell,
  search: Search,
  web: Globe,
  mcp: Plug,
  task: Split,
  plan: ListTodo,
  other: Wrench,
};

type CallEntry = Extract<TraceEntry, { kind: "call" }>;

/** A call folded to one line that still informs, with its result inside. */
export function CallEntryView({ entry, open }: { entry: CallEntry; open?: boolean | undefined }) {
  const { name, subject, facts, failed } = callLine(entry.step, entry.result?.step);
  const Icon = failed ? CircleX : ICONS[entry.step.tool.kind];
  return (
    <details open={open}>
      <summary className="flex min-h-7 items-start gap-2 rounded-token py-0.5 hover:bg-raised">
        <ChevronRight
          aria-hidden
          className="turns mt-0.5 size-4 shrink-0 text-muted transition-transform duration-100"
        />
        <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", failed ? "text-failure" : "text-muted")} />
        <span className="min-w-0 wrap-anywhere">
          <span className="font-medium">{name}</span> <code className="text-sm">{subject}</code>
          {facts.length > 0 && (
            <span className={cn("text-sm", failed ? "text-failure" : "text-muted")}>
              {" "}
              → {facts.join(" · ")}
            </span>
          )}
        </span>
      </summary>
      <div className="space-y-3 py-2 pl-6">
        <Arguments call={entry.step} />
        {entry.result && <Result step={entry.result.step} from={entry.step.offset_ms} />}
        {entry.step.args === undefined && entry.step.bytes !== undefined && (
          <p className="text-sm text-muted">
            The contributor shared the shape alone; {bytes(entry.step.bytes)} of arguments are left out.
          </p>
        )}
      </div>
    </details>
  );
}

/** What a call gave back. `from` is the offset of the call in milliseconds. */
export function Result({ step, from }: { step: ResultStep; from?: number | undefined }) {
  const took =
    step.offset_ms !== undefined && from !== undefined && step.offset_ms > from
      ? step.offset_ms - from
      : null;
  const files = step.text === undefined ? null : parsePatch(step.text);
  return (
    <div className="space-y-1 border-l-3 border-step-quiet pl-3">
      <p className="text-sm text-muted">
        result
        {step.exit_code !== undefined && ` · exit ${step.exit_code}`}
        {took !== null && ` · after ${duration(took)}`}
        {step.cut &&
          ` · cut by the contributor's client: ${bytes(step.cut.kept)} of ${bytes(step.cut.of)} kept`}
        {step.text === undefined && step.bytes !== undefined && ` · ${bytes(step.bytes)} left out`}
        {step.text === "" && " · empty"}
      </p>
      {files ? <Diffs files={files} /> : step.text ? <Terminal text={step.text} /> : null}
    </div>
  );
}
