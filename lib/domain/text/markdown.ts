/** A block of a document of ours: the little Markdown that our own data cards use, and nothing more. */
export type Block =
  | { kind: "heading"; level: number; text: string }
  | { kind: "paragraph"; text: string }
  | { kind: "list"; items: string[] }
  | { kind: "table"; head: string[]; rows: string[][] }
  | { kind: "code"; text: string };

/**
 * Reads headings, paragraphs, lists, pipe tables and fenced code; a YAML front matter is left out. Links and markup inside a
 * line stay text, so whatever is read can be shown without harm.
 */
export function markdownBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = withoutFrontMatter(text.split("\n"));
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? "";
    const heading = /^(#{1,6}) (.+)$/.exec(line);
    const end = endOf(lines, at, kindOf(line));
    const part = lines.slice(at, end);
    if (line.trim() === "") at += 1;
    else if (heading) {
      blocks.push({ kind: "heading", level: heading[1]?.length ?? 1, text: heading[2] ?? "" });
      at += 1;
    } else {
      blocks.push(blockOf(kindOf(line), part));
      at = end;
    }
  }
  return blocks;
}

type Kind = Exclude<Block["kind"], "heading">;

function kindOf(line: string): Kind {
  if (line.startsWith("```")) return "code";
  if (line.startsWith("|")) return "table";
  return /^[-*] /.test(line) ? "list" : "paragraph";
}

/** The line after the block that starts at `start`. */
function endOf(lines: readonly string[], start: number, kind: Kind): number {
  let end = start + 1;
  if (kind === "code") {
    while (end < lines.length && !lines[end]?.startsWith("```")) end += 1;
    return Math.min(end + 1, lines.length);
  }
  while (end < lines.length && continues(lines[end] ?? "", kind)) end += 1;
  return end;
}

function continues(line: string, kind: Kind): boolean {
  if (line.trim() === "" || line.startsWith("#")) return false;
  return kindOf(line) === kind || (kind === "list" && line.startsWith("  "));
}

function blockOf(kind: Kind, lines: readonly string[]): Block {
  if (kind === "code") {
    const closed = lines.length > 1 && lines.at(-1)?.startsWith("```");
    return { kind, text: lines.slice(1, closed ? -1 : undefined).join("\n") };
  }
  if (kind === "table") {
    const rows = lines.map(cellsOf).filter((cells) => !cells.every((cell) => /^:?-+:?$/.test(cell)));
    return { kind, head: rows[0] ?? [], rows: rows.slice(1) };
  }
  if (kind === "list") {
    const items = lines.join("\n").split(/\n(?=[-*] )/);
    return { kind, items: items.map((item) => item.slice(2).replaceAll(/\n\s*/g, " ")) };
  }
  return { kind, text: lines.join(" ") };
}

function cellsOf(line: string): string[] {
  return line
    .replace(/^\||\|\s*$/g, "")
    .split("|")
    .map((cell) => cell.trim());
}

function withoutFrontMatter(lines: string[]): string[] {
  if (lines[0] !== "---") return lines;
  const end = lines.indexOf("---", 1);
  return end === -1 ? lines : lines.slice(end + 1);
}
