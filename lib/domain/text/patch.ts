import { type DiffLine, type FileDiff, fileDiff } from "./diff.ts";

const BEGIN = "*** Begin Patch";

/**
 * A patch as file diffs: the `*** Begin Patch` form of coding agents, or a unified diff (POSIX `diff -u`, git). `null` if the
 * text is neither.
 */
export function parsePatch(text: string): FileDiff[] | null {
  const agent = text.indexOf(BEGIN);
  if (agent !== -1) return collect(text.slice(agent + BEGIN.length), agentHeader);
  if (/^(?:diff --git |--- .+\n\+\+\+ )/m.test(text) && /^@@ /m.test(text))
    return collect(text, unifiedHeader());
  return null;
}

/** Reads a header line: a new file, a line to leave out, or `undefined` for a line of the body. */
type Header = (line: string) => { file: string } | "skip" | undefined;

function collect(text: string, header: Header): FileDiff[] {
  const files: { path: string | null; lines: DiffLine[] }[] = [];
  for (const line of text.split("\n")) {
    const found = header(line);
    if (found === "skip") continue;
    if (found) files.push({ path: found.file, lines: [] });
    else if (line !== "" || files.length > 0) {
      if (files.length === 0) files.push({ path: null, lines: [] });
      files.at(-1)?.lines.push(bodyLine(line));
    }
  }
  return files.map(({ path, lines }) => fileDiff(path, trimEnd(lines)));
}

function agentHeader(line: string): ReturnType<Header> {
  const file = /^\*\*\* (?:Add|Update|Delete) File: (.+)$/.exec(line);
  if (file) return { file: file[1] ?? "" };
  return line.startsWith("*** End") ? "skip" : undefined;
}

/** A removed line may look like a header, so hunks are followed by their counts: `@@ -old,count +new,count @@`. */
function unifiedHeader(): Header {
  let left = { old: 0, new: 0 };
  let oldPath: string | undefined;
  return (line) => {
    if (left.old > 0 || left.new > 0) {
      if (!line.startsWith("+") && !line.startsWith("\\")) left.old -= 1;
      if (!line.startsWith("-") && !line.startsWith("\\")) left.new -= 1;
      return undefined;
    }
    const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
    if (hunk) {
      left = { old: Number(hunk[1] ?? 1), new: Number(hunk[2] ?? 1) };
      return undefined;
    }
    if (line.startsWith("\\")) return undefined;
    if (line.startsWith("--- ")) oldPath = pathOf(line);
    if (!line.startsWith("+++ ")) return "skip";
    const path = pathOf(line);
    return { file: path === "/dev/null" ? (oldPath ?? path) : path };
  };
}

function pathOf(line: string): string {
  return line
    .slice(4)
    .replace(/\t.*$/, "")
    .replace(/^[ab]\//, "");
}

function bodyLine(line: string): DiffLine {
  if (line.startsWith("+")) return { kind: "add", text: line.slice(1) };
  if (line.startsWith("-")) return { kind: "remove", text: line.slice(1) };
  if (line.startsWith("@@") || line.startsWith("*** ") || line.startsWith("\\"))
    return { kind: "note", text: line };
  return { kind: "same", text: line.startsWith(" ") ? line.slice(1) : line };
}

function trimEnd(lines: DiffLine[]): DiffLine[] {
  let end = lines.length;
  while (end > 0 && lines[end - 1]?.kind === "same" && lines[end - 1]?.text === "") end -= 1;
  return lines.slice(0, end);
}
