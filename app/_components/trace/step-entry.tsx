import { Bot, Brain, ChevronRight, CircleX, CornerDownRight, Info, User } from "lucide-react";
import type { ReactNode } from "react";
import type { TraceEntry } from "#lib/domain/text/trace.ts";
import { bytes } from "#app/_components/format.ts";
import { Result } from "./call-entry.tsx";
import { Message } from "./message.tsx";
import { Pieces } from "./pieces.tsx";

type StepEntry = Extract<TraceEntry, { kind: "step" }>;

const EVENT_WORDS = {
  compaction: "The agent compacted its context here",
  interrupted: "The user interrupted the agent",
  model_change: "The model was changed",
  error: "The agent reported an error",
  context: "Context that the agent was given",
} as const;

/** A step that is no call: what a person or the agent wrote, a lone result, or an event of the session. */
export function StepEntryView({ entry }: { entry: StepEntry }) {
  const { step } = entry;
  switch (step.kind) {
    case "user":
      return (
        <Said icon={<User aria-hidden className="size-4 text-step-user" />} who="user">
          <Words text={step.text} left={step.bytes} />
        </Said>
      );
    case "assistant":
      return (
        <Said icon={<Bot aria-hidden className="size-4 text-muted" />} who="assistant">
          {step.thinking && <Thinking text={step.thinking} />}
          <Words text={step.text} left={step.bytes} />
        </Said>
      );
    case "tool_result":
      return (
        <Said
          icon={<CornerDownRight aria-hidden className="size-4 text-muted" />}
          who="result without its call"
        >
          <Result step={step} />
        </Said>
      );
    case "event":
      return <EventView step={step} />;
  }
}

function Said({ icon, who, children }: { icon: ReactNode; who: string; children: ReactNode }) {
  return (
    <div className="space-y-1">
      <p className="flex items-center gap-2 text-sm text-muted">
        {icon}
        {who}
      </p>
      <div className="space-y-2 pl-6">{children}</div>
    </div>
  );
}

function Words({ text, left }: { text: string | undefined; left: number | undefined }) {
  if (text) return <Message text={text} />;
  if (left !== undefined)
    return <p className="text-sm text-muted">{bytes(left)} of text left out by the contributor</p>;
  return null;
}

function Thinking({ text }: { text: string }) {
  return (
    <details>
      <summary className="flex items-center gap-2 text-sm text-muted">
        <ChevronRight aria-hidden className="turns size-4" />
        <Brain aria-hidden className="size-4" />
        thinking
      </summary>
      <div className="border-l-3 border-dashed border-step-quiet py-1 pl-3 text-muted">
        <Message text={text} />
      </div>
    </details>
  );
}

function EventView({ step }: { step: Extract<StepEntry["step"], { kind: "event" }> }) {
  const failed = step.name === "error";
  const Icon = failed ? CircleX : Info;
  const line = (
    <>
      <Icon aria-hidden className={failed ? "size-4 shrink-0 text-failure" : "size-4 shrink-0"} />
      {EVENT_WORDS[step.name]}
      {step.bytes !== undefined && ` · ${bytes(step.bytes)} left out`}
    </>
  );
  if (!step.text) return <p className="flex items-center gap-2 text-sm text-muted">{line}</p>;
  return (
    <details open={failed}>
      <summary className="flex items-center gap-2 text-sm text-muted">
        <ChevronRight aria-hidden className="turns size-4 shrink-0" />
        {line}
      </summary>
      <p className="max-w-prose py-1 pl-6 text-sm wrap-anywhere whitespace-pre-wrap text-muted">
        <Pieces text={step.text} />
      </p>
    </details>
  );
}
