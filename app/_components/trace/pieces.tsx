import { piecesOf } from "#lib/domain/text/visible.ts";

/** Text of a trace as inert nodes: redactions as chips that can be focused, invisible characters by name. */
export function Pieces({ text }: { text: string }) {
  return piecesOf(text).map((piece, index) => {
    if (piece.kind === "text") return piece.text;
    if (piece.kind === "invisible")
      return (
        <span
          // oxlint-disable-next-line no-array-index-key -- pieces of one text never move
          key={index}
          title="A character that would be invisible or reorder the text"
          className="mx-px rounded-token border border-line-strong px-0.5 text-xs text-muted"
        >
          {piece.code}
        </span>
      );
    return (
      <span
        // oxlint-disable-next-line no-array-index-key -- pieces of one text never move
        key={index}
        tabIndex={0}
        role="note"
        data-redaction
        title={`Removed by the sanitizer: ${piece.text}`}
        className="mx-px rounded-token border border-line-strong bg-sunken px-1 font-sans text-xs whitespace-nowrap text-ink"
      >
        {piece.label}
      </span>
    );
  });
}
