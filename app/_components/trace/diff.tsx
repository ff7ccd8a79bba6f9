import type { DiffLine, FileDiff } from "#lib/domain/text/diff.ts";
import { cn } from "#app/_components/cn.ts";
import { FoldedLines } from "./folded.tsx";
import { Pieces } from "./pieces.tsx";

const LOOKS: Record<DiffLine["kind"], { sign: string; word: string; look: string }> = {
  same: { sign: " ", word: "", look: "" },
  add: { sign: "+", word: "added: ", look: "bg-diff-add" },
  remove: { sign: "−", word: "removed: ", look: "bg-diff-remove" },
  note: { sign: " ", word: "", look: "text-muted" },
};

/** Changes to files, line by line. The sign tells the kind as well as the colour does. */
export function Diffs({ files }: { files: readonly FileDiff[] }) {
  return files.map((file, index) => (
    // oxlint-disable-next-line no-array-index-key -- the files of one patch never move
    <figure key={index} className="space-y-1">
      <figcaption className="text-sm wrap-anywhere">
        <code>
          <Pieces text={file.path ?? "patch"} />
        </code>{" "}
        <span className="text-muted">
          +{file.added} −{file.removed}
        </span>
      </figcaption>
      <FoldedLines lines={file.lines} line={(line) => <Line line={line} />} />
    </figure>
  ));
}

function Line({ line }: { line: DiffLine }) {
  const { sign, word, look } = LOOKS[line.kind];
  return (
    <span className={cn("flex min-h-[1lh] gap-2 px-3", look)}>
      <span aria-hidden className="select-none">
        {sign}
      </span>
      <span className="min-w-0">
        {word && <span className="sr-only">{word}</span>}
        <Pieces text={line.text} />
      </span>
    </span>
  );
}
