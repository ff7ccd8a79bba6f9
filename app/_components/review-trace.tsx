import type { PublicEpisode } from "#lib/domain/episode/public-form.ts";
import { stitch } from "#lib/domain/text/trace.ts";
import { partOf, traceParts } from "./trace/parts.ts";
import { PartLinks } from "./trace/part-links.tsx";
import { TraceTools } from "./trace/trace-tools.tsx";
import { TraceView } from "./trace/trace-view.tsx";

/** The trace as the public would see it, for somebody who has to decide on it. */
export function ReviewTrace({
  episode,
  part,
}: {
  episode: PublicEpisode | null;
  part: string | string[] | undefined;
}) {
  if (!episode) return <p className="text-muted">Its bytes are gone; the log below is what is left.</p>;
  const parts = traceParts(stitch(episode.steps));
  const shown = partOf(part, parts.length);
  return (
    <div className="space-y-4">
      <TraceView entries={parts.at(shown)} tools={<TraceTools />} />
      <PartLinks page={`/moderation/episodes/${episode.id}`} part={shown} parts={parts.length} />
    </div>
  );
}
