/** A part of a message: running text, or the inside of a fenced code block. */
export type MessagePart = { kind: "prose" | "code"; text: string };

/**
 * Splits a message at lines of three backticks or tildes (CommonMark fences). Nothing else of Markdown is read: links, images
 * and markup stay the text that they are. A fence that is never closed runs to the end.
 */
export function messageParts(text: string): MessagePart[] {
  const parts: MessagePart[] = [];
  let lines: string[] = [];
  let fence: string | null = null;
  const close = (kind: MessagePart["kind"]) => {
    const joined = lines.join("\n");
    if (joined.trim() !== "")
      parts.push({ kind, text: kind === "prose" ? joined.replace(/^\n+|\s+$/g, "") : joined });
    lines = [];
  };
  for (const line of text.split("\n")) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === null && mark) {
      close("prose");
      fence = mark;
    } else if (fence !== null && mark?.startsWith(fence) && line.trim() === mark) {
      close("code");
      fence = null;
    } else lines.push(line);
  }
  close(fence === null ? "prose" : "code");
  return parts;
}
