import { terminalLines, type TerminalSpan } from "#lib/domain/text/ansi.ts";
import type { TerminalColour } from "#lib/domain/text/terminal-colours.ts";
import { cn } from "#app/_components/cn.ts";
import { FoldedLines } from "./folded.tsx";
import { Pieces } from "./pieces.tsx";

const COLOURS: Record<TerminalColour, string> = {
  red: "text-terminal-red",
  green: "text-terminal-green",
  yellow: "text-terminal-yellow",
  blue: "text-terminal-blue",
  magenta: "text-terminal-magenta",
  cyan: "text-terminal-cyan",
  grey: "text-terminal-grey",
};

/** Terminal output: colours by the theme, everything else of a terminal's powers taken away. */
export function Terminal({ text }: { text: string }) {
  const lines = terminalLines(text.replace(/\n+$/, ""));
  return (
    <FoldedLines
      lines={lines}
      line={(spans) => (
        <span className="block min-h-[1lh] px-3">
          {spans.map((span, index) => (
            // oxlint-disable-next-line no-array-index-key -- spans of one line never move
            <Span key={index} span={span} />
          ))}
        </span>
      )}
    />
  );
}

function Span({ span }: { span: TerminalSpan }) {
  const look = cn(
    span.colour && COLOURS[span.colour],
    span.marked && "bg-sunken",
    span.bold && "font-semibold",
    span.dim && !span.colour && "text-muted",
    span.italic && "italic",
    span.underline && "underline",
    span.strike && "line-through",
  );
  if (look === "") return <Pieces text={span.text} />;
  return (
    <span className={look}>
      <Pieces text={span.text} />
    </span>
  );
}
