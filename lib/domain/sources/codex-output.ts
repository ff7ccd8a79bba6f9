import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { integerOf, isTrue, listOf, objectOf, own, textOf } from "./fields.ts";
import { isLogObject, type LogObject, parseJson } from "./json-lines.ts";
import { responsesImageStub } from "./media.ts";

/** What a Codex tool output says: the text without its header, and the exit code if it is stated. */
export type CodexOutput = { text: string; exitCode?: number; isError?: boolean };

const HEADER_LINE =
  /^(?:Chunk ID: .*|Exit code: -?\d+|Wall time: .*|Process exited with code -?\d+|Original token count: \d+|Total output lines: \d+)$/;
const EXIT_CODE = /^(?:Exit code:|Process exited with code) (-?\d+)$/;
const HEADER_LINES = 8;
const FAILURE =
  /^(?:failed to parse function arguments|unsupported (?:custom tool )?call|exec_command failed|execution error|tool call error|apply_patch verification failed|aborted(?: by user)?|rejected by user|exec command rejected by user)\b/i;

/** Reads the three forms of an output: plain text with or without a header, `{output, metadata}` as JSON, and item lists. */
export function readCodexOutput(output: JsonValue | undefined): CodexOutput {
  if (typeof output === "string") return readText(output);
  if (Array.isArray(output)) return readText(outputItemsText(output));
  if (!isLogObject(output)) return { text: "" };
  return withFlag(readContent(output), output);
}

/** The text of a list of `input_text`, `output_text` and `input_image` items; images become stubs. */
export function outputItemsText(items: JsonValue[]): string {
  return items
    .flatMap((item) => {
      if (typeof item === "string") return [item];
      if (!isLogObject(item)) return [];
      if (textOf(item, "type") === "input_image") return [responsesImageStub(item)];
      return textOf(item, "text") ?? [];
    })
    .join("\n");
}

function readContent(output: LogObject): CodexOutput {
  const content = own(output, "content") ?? own(output, "output");
  if (typeof content === "string") return readText(content);
  return readText(outputItemsText(listOf(output, "content")));
}

function withFlag(read: CodexOutput, output: LogObject): CodexOutput {
  if (read.isError !== undefined || own(output, "success") !== false) return read;
  return { ...read, isError: true };
}

function readText(text: string): CodexOutput {
  const wrapped = readWrapped(text);
  if (wrapped) return wrapped;
  const { body, exitCode } = splitHeader(text);
  if (exitCode !== undefined) return { text: body, exitCode, isError: exitCode !== 0 };
  return FAILURE.test(body.trimStart()) ? { text: body, isError: true } : { text: body };
}

/** `{"output": …, "metadata": {"exit_code": N}}`, the form of older versions. */
function readWrapped(text: string): CodexOutput | undefined {
  if (!text.startsWith("{") || !text.includes('"metadata"')) return undefined;
  const value = parseJson(text);
  if (!isLogObject(value)) return undefined;
  const output = own(value, "output");
  const metadata = objectOf(value, "metadata");
  if (typeof output !== "string" || metadata === undefined) return undefined;
  const exitCode = integerOf(metadata, "exit_code");
  if (exitCode === undefined) return { text: output };
  return { text: output, exitCode, isError: exitCode !== 0 || isTrue(metadata, "timed_out") };
}

/** Takes the header off if every line up to `Output:` is a header line, so that a command's own output is never eaten. */
function splitHeader(text: string): { body: string; exitCode?: number } {
  const lines = text.split("\n", HEADER_LINES);
  const end = lines.findIndex((line) => line.trimEnd() === "Output:");
  const header = end > 0 ? lines.slice(0, end).map((line) => line.trimEnd()) : [];
  const complete = end > 0 && header.every((line) => HEADER_LINE.test(line));
  const stated = (complete ? header : [lines[0] ?? ""]).map((line) => EXIT_CODE.exec(line.trimEnd())?.[1]);
  const code = stated.find((value) => value !== undefined);
  const body = complete
    ? text
        .split("\n")
        .slice(end + 1)
        .join("\n")
    : text;
  const exitCode = code === undefined ? undefined : Number(code);
  return exitCode !== undefined && Number.isSafeInteger(exitCode) ? { body, exitCode } : { body };
}
