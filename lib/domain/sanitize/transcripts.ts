import type { JsonValue } from "#lib/domain/canonical-json.ts";
import type { Span } from "./finding.ts";
import { scanText } from "./scan-text.ts";

/** Rules that know a value by the command which printed it. */
const PRINTED = new Set(["printed-secret", "printed-host", "named-user"]);
const COMMAND = /(?:whoami|logname|hostname|echo|printenv|token|password|pass show|op read|openssl rand)/;
const MAX_COMMAND = 400;
const MAX_RESULT = 4_096;

type Members = { [key: string]: JsonValue };

/** What a step prints is often a bare value, and only the command of the step before says what it is. */
export function printedValues(value: JsonValue): Span[] {
  if (value === null || typeof value !== "object") return [];
  const items: JsonValue[] = Object.values(value);
  return [...(Array.isArray(value) ? inSteps(items) : []), ...items.flatMap((item) => printedValues(item))];
}

function inSteps(items: readonly JsonValue[]): Span[] {
  const commands = new Map<JsonValue, string>();
  return items.filter(isMembers).flatMap((step) => {
    const call = step.call ?? null;
    const command = commandOf(step);
    if (command !== null) commands.set(call, command);
    if (step.kind !== "tool_result" || typeof step.text !== "string" || step.text.length > MAX_RESULT)
      return [];
    const before = commands.get(call);
    return before === undefined ? [] : inTranscript(before, step.text);
  });
}

function inTranscript(command: string, result: string): Span[] {
  const prompt = `$ ${command}\n`;
  return scanText(prompt + result.trim()).filter(
    (span) => span.start >= prompt.length && PRINTED.has(span.rule) && span.class === "definite",
  );
}

function commandOf(step: Members): string | null {
  if (step.kind !== "tool_call" || !isMembers(step.args ?? null)) return null;
  // just seen to be an object
  const args = step.args as Members;
  const given = args.command ?? args.cmd ?? args.script ?? null;
  const words = Array.isArray(given) ? given.at(-1) : given;
  const command = typeof words === "string" ? words.trim() : "";
  return command.length <= MAX_COMMAND && COMMAND.test(command) ? command : null;
}

function isMembers(value: JsonValue): value is Members {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
