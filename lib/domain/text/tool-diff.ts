import { type FileDiff, fileDiff, lineDiff } from "./diff.ts";
import { firstString, isObject } from "./arguments.ts";
import { parsePatch } from "./patch.ts";

/**
 * What a tool call changes, as file diffs, read from its arguments alone: replacements (`old_string`/`new_string`, one or a
 * list of `edits`), whole files (`content`) and patches. `null` if the arguments hold no change that can be shown.
 */
export function diffsOfCall(args: unknown): FileDiff[] | null {
  const patch = patchText(args);
  if (patch !== null) return parsePatch(patch);
  if (!isObject(args)) return null;
  const path = pathOfArguments(args);
  const edits = Array.isArray(args.edits) ? args.edits : [args];
  const lines = edits.flatMap((edit) => (isObject(edit) ? replacementLines(edit) : []));
  if (lines.length > 0) return [fileDiff(path, lines)];
  const content = firstString(args, ["content", "file_text", "contents"]);
  return content === null || path === null ? null : [fileDiff(path, lineDiff("", content))];
}

/** The file that a tool call is about, if its arguments name one. */
export function pathOfArguments(args: unknown): string | null {
  return firstString(args, [
    "file_path",
    "path",
    "notebook_path",
    "filePath",
    "filename",
    "file",
    "target_file",
  ]);
}

function replacementLines(edit: Record<string, unknown>): FileDiff["lines"] {
  const before = firstString(edit, ["old_string", "oldString", "old_str", "oldText"]);
  const after = firstString(edit, ["new_string", "newString", "new_str", "newText"]);
  return before === null && after === null ? [] : lineDiff(before ?? "", after ?? "");
}

function patchText(args: unknown): string | null {
  const candidates = [args, isObject(args) ? args.command : null];
  const texts = candidates.flatMap((value) => (Array.isArray(value) ? value : [value]));
  const named = firstString(args, ["input", "patch", "diff", "cmd"]);
  const found = [...texts, named].find((text) => typeof text === "string" && parsePatch(text) !== null);
  return typeof found === "string" ? found : null;
}
