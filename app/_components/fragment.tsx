import { Pieces } from "./trace/pieces.tsx";

// oxlint-disable-next-line no-control-regex -- the index marks matches with control characters
const MARKED = /\u0001([^\u0001\u0002]*)\u0002/;

/** A matched fragment as the index gives it: the match stands between U+0001 and U+0002. */
export function Fragment({ text }: { text: string }) {
  // every second part stood between the marks; a mark without its partner is shown by name
  const parts = text.split(MARKED);
  return (
    <span className="text-sm wrap-anywhere text-muted">
      {parts.map((part, index) =>
        index % 2 === 1 ? (
          // oxlint-disable-next-line no-array-index-key -- parts of one fragment never move
          <mark key={index}>{part}</mark>
        ) : (
          // oxlint-disable-next-line no-array-index-key -- parts of one fragment never move
          <Pieces key={index} text={part} />
        ),
      )}
    </span>
  );
}
