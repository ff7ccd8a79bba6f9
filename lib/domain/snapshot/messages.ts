import { canonicalJson } from "#lib/domain/canonical-json.ts";
import type { EpisodeRecord, Step } from "#lib/domain/episode/schema.ts";

export type ToolCall = { id: string; type: "function"; function: { name: string; arguments?: string } };

/** A message of the common chat form. `arguments` is JSON text; it is absent where the log has none. */
export type ChatMessage =
  | { role: "system" | "user"; content: string }
  | { role: "assistant"; content: string; reasoning_content?: string; tool_calls?: ToolCall[] }
  | { role: "tool"; tool_call_id: string; content: string };

/** The conversation, and in which message each step of the record stands (null: in none). */
export type Conversation = { messages: ChatMessage[]; messageOfStep: (number | null)[] };

/**
 * The conversation of a raw record. Calls join the assistant message before them; a result keeps its call's id even where the
 * log has no such call. Events other than `context` are in train and val rows only: they are no messages.
 */
export function conversationOf(record: EpisodeRecord): Conversation {
  const messages: ChatMessage[] = [];
  const messageOfStep = record.steps.map((step) => addStep(messages, step));
  const at = missingPromptIndex(messages, record.task.prompt);
  if (at === null || record.task.prompt === undefined) return { messages, messageOfStep };
  messages.splice(at, 0, { role: "user", content: record.task.prompt });
  return {
    messages,
    messageOfStep: messageOfStep.map((index) => (index !== null && index >= at ? index + 1 : index)),
  };
}

function addStep(messages: ChatMessage[], step: Step): number | null {
  if (step.kind === "tool_call") return addCall(messages, step);
  const message = messageOf(step);
  return message ? messages.push(message) - 1 : null;
}

function messageOf(step: Exclude<Step, { kind: "tool_call" }>): ChatMessage | null {
  switch (step.kind) {
    case "user":
      return step.text === undefined ? null : { role: "user", content: step.text };
    case "assistant":
      return assistantMessage(step);
    case "tool_result":
      return { role: "tool", tool_call_id: step.call, content: step.text ?? "" };
    case "event":
      return step.name === "context" && step.text ? { role: "system", content: step.text } : null;
  }
}

function assistantMessage(step: Extract<Step, { kind: "assistant" }>): ChatMessage | null {
  if (step.text === undefined && step.thinking === undefined) return null;
  return {
    role: "assistant",
    content: step.text ?? "",
    ...(step.thinking === undefined ? {} : { reasoning_content: step.thinking }),
  };
}

function addCall(messages: ChatMessage[], step: Extract<Step, { kind: "tool_call" }>): number {
  const call: ToolCall = {
    id: step.call,
    type: "function",
    function: {
      name: step.tool.name,
      ...(step.args === undefined ? {} : { arguments: canonicalJson(step.args) }),
    },
  };
  const last = messages.at(-1);
  if (last?.role === "assistant") {
    last.tool_calls = [...(last.tool_calls ?? []), call];
    return messages.length - 1;
  }
  return messages.push({ role: "assistant", content: "", tool_calls: [call] }) - 1;
}

/** Where the prompt has to be put in, or null if a user message says it already. Older records keep it beside the trace. */
function missingPromptIndex(messages: readonly ChatMessage[], prompt: string | undefined): number | null {
  if (prompt === undefined) return null;
  if (messages.some((message) => message.role === "user" && message.content === prompt)) return null;
  const first = messages.findIndex((message) => message.role !== "system");
  return first === -1 ? messages.length : first;
}
