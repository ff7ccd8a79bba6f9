import type { PublicStep } from "#lib/domain/episode/public-form.ts";
import { commandOf, firstString, isObject } from "./arguments.ts";
import { diffsOfCall, pathOfArguments } from "./tool-diff.ts";
import { visibleText } from "./visible.ts";

export type CallStep = Extract<PublicStep, { kind: "tool_call" }>;
export type ResultStep = Extract<PublicStep, { kind: "tool_result" }>;

/** One line that says what a call did: `shell` · `cargo test` · `exit 101`, `418 lines`. */
export type CallLine = { name: string; subject: string; facts: string[]; failed: boolean };

const SUBJECT_LENGTH = 160;

/** The folded form of a tool call with its result. Deterministic; reads nothing but the two steps. */
export function callLine(call: CallStep, result: ResultStep | undefined): CallLine {
  return {
    name: visibleText(call.tool.name),
    subject: oneLine(subjectOf(call)),
    facts: [...changeFacts(call), ...(result ? resultFacts(result) : ["no result in the log"])],
    failed: isFailure(result),
  };
}

/** True for a result that says it is an error or that ended with another exit code than 0. */
export function isFailure(result: ResultStep | undefined): boolean {
  return result !== undefined && (result.is_error === true || (result.exit_code ?? 0) !== 0);
}

function subjectOf({ tool, args }: CallStep): string {
  if (args === undefined) return "";
  switch (tool.kind) {
    case "shell":
      return patchSubject(args) ?? commandOf(args) ?? "";
    case "read":
      return pathOfArguments(args) ?? anyText(args);
    case "edit":
      return patchSubject(args) ?? pathOfArguments(args) ?? "";
    case "search":
      return [firstString(args, ["pattern", "query", "glob", "regex"]), pathOfArguments(args)]
        .filter(Boolean)
        .join(" in ");
    case "web":
      return firstString(args, ["query", "url", "prompt"]) ?? anyText(args);
    case "task":
      return firstString(args, ["description", "prompt", "task"]) ?? "";
    case "plan":
      return planSubject(args);
    case "mcp":
    case "other":
      return anyText(args);
  }
}

function patchSubject(args: unknown): string | null {
  const paths = diffsOfCall(args)?.flatMap((file) => (file.path === null ? [] : [file.path]));
  return paths && paths.length > 0 ? paths.join(", ") : null;
}

function planSubject(args: unknown): string {
  const list = isObject(args) ? (args.todos ?? args.plan ?? args.items) : null;
  return Array.isArray(list) ? `${list.length} ${list.length === 1 ? "item" : "items"}` : anyText(args);
}

function anyText(args: unknown): string {
  if (typeof args === "string") return args;
  if (!isObject(args)) return "";
  return (
    Object.values(args)
      .find((value) => typeof value === "string" && value !== "")
      ?.toString() ?? ""
  );
}

function changeFacts(call: CallStep): string[] {
  if (call.tool.kind !== "edit" && call.tool.kind !== "shell") return [];
  const files = diffsOfCall(call.args);
  if (!files) return [];
  const sum = (key: "added" | "removed") => files.reduce((total, file) => total + file[key], 0);
  return [`+${sum("added")} −${sum("removed")}`];
}

function resultFacts(result: ResultStep): string[] {
  const facts: string[] = [];
  if (result.exit_code !== undefined) facts.push(`exit ${result.exit_code}`);
  else if (result.is_error) facts.push("error");
  if (result.text !== undefined && result.text !== "") {
    const lines = result.text.replace(/\n$/, "").split("\n").length;
    facts.push(lines === 1 ? "1 line" : `${lines} lines`);
  } else if (result.bytes !== undefined) facts.push(`${result.bytes} bytes left out`);
  return facts;
}

function oneLine(text: string): string {
  const line = visibleText(text.trim().split("\n", 1)[0] ?? "");
  const more = text.trim().includes("\n") || line.length > SUBJECT_LENGTH;
  return more ? `${line.slice(0, SUBJECT_LENGTH).toWellFormed()} …` : line;
}
