import { Fragment, type ReactNode } from "react";
import { headAndTail } from "#lib/domain/text/long.ts";
import { counted } from "#app/_components/format.ts";

/** A block of mono lines with its long middle folded away. `line` draws one line without its line feed. */
export function FoldedLines<T>({
  lines,
  keep = { head: 24, tail: 16 },
  line,
}: {
  lines: readonly T[];
  keep?: { head: number; tail: number };
  line: (line: T) => ReactNode;
}) {
  const { head, hidden, tail } = headAndTail(lines, keep);
  return (
    <div className="overflow-hidden rounded-token border border-line bg-raised py-2 text-sm">
      <Block lines={head} line={line} />
      {hidden.length > 0 && (
        <details>
          <summary className="px-3 py-1 text-accent underline">
            show {counted(hidden.length, "hidden line")}
          </summary>
          <Block lines={hidden} line={line} />
        </details>
      )}
      <Block lines={tail} line={line} />
    </div>
  );
}

function Block<T>({ lines, line }: { lines: readonly T[]; line: (line: T) => ReactNode }) {
  if (lines.length === 0) return null;
  return (
    <pre className="wrap-anywhere whitespace-pre-wrap">
      {lines.map((entry, index) => (
        // oxlint-disable-next-line no-array-index-key -- lines of one text never move
        <Fragment key={index}>{line(entry)}</Fragment>
      ))}
    </pre>
  );
}
