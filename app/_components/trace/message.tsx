import { messageParts } from "#lib/domain/text/fences.ts";
import { FoldedLines } from "./folded.tsx";
import { Pieces } from "./pieces.tsx";

/** What somebody wrote: text as it is, fenced code in mono. Markup, links and images stay text. */
export function Message({ text }: { text: string }) {
  return (
    <div className="space-y-2">
      {messageParts(text).map((part, index) =>
        part.kind === "prose" ? (
          // oxlint-disable-next-line no-array-index-key -- parts of one message never move
          <p key={index} className="max-w-prose wrap-anywhere whitespace-pre-wrap">
            <Pieces text={part.text} />
          </p>
        ) : (
          <FoldedLines
            // oxlint-disable-next-line no-array-index-key -- parts of one message never move
            key={index}
            lines={part.text.split("\n")}
            line={(line) => (
              <span className="block min-h-[1lh] px-3">
                <Pieces text={line} />
              </span>
            )}
          />
        ),
      )}
    </div>
  );
}
