import type { PublicEpisode } from "#lib/domain/episode/public-form.ts";
import { stitch } from "#lib/domain/text/trace.ts";
import { TraceItem } from "./trace/trace-item.tsx";

/** The steps that reports name, with their words, so that a case can be decided where it is read. */
export function ReportedSteps({
  episode,
  numbers,
}: {
  episode: PublicEpisode;
  numbers: ReadonlySet<number>;
}) {
  const entries = stitch(episode.steps).filter(
    (entry) =>
      numbers.has(entry.number) ||
      (entry.kind === "call" && entry.result !== undefined && numbers.has(entry.result.number)),
  );
  if (entries.length === 0) return <p className="text-muted">The episode has no such step.</p>;
  return (
    <ol className="space-y-2">
      {entries.map((entry) => (
        <TraceItem key={entry.number} entry={entry} marked />
      ))}
    </ol>
  );
}
