import { CircleX } from "lucide-react";
import Link from "next/link";
import type { PublicEpisode } from "#lib/domain/episode/public-form.ts";
import type { TraceEntry } from "#lib/domain/text/trace.ts";
import { visibleText } from "#lib/domain/text/visible.ts";
import { counted, duration } from "./format.ts";
import { Outcome } from "./outcome.tsx";

/** Title, outcome with its basis, errors with the way to the first, and one line of what this is. */
export function EpisodeHead({
  episode,
  title,
  failures,
  href,
}: {
  episode: PublicEpisode;
  title: string;
  failures: readonly TraceEntry[];
  href: (step: number) => `/episodes/${string}`;
}) {
  const first = failures[0];
  return (
    <header className="space-y-2">
      <h1 className="text-xl font-semibold wrap-anywhere">{visibleText(title)}</h1>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Outcome status={episode.outcome.status} basis={episode.outcome.basis} />
        {first && (
          <Link
            href={href(first.number)}
            prefetch={false}
            className="inline-flex min-h-7 items-center gap-1 text-sm text-failure underline"
            aria-keyshortcuts="e"
          >
            <CircleX aria-hidden className="size-4" />
            {counted(failures.length, "error")}
          </Link>
        )}
      </div>
      <p className="text-muted">{factLine(episode)}</p>
    </header>
  );
}

function factLine(episode: PublicEpisode): string {
  const { source, counts, session, redactions, rights, task } = episode;
  return [
    [source.tool, source.agent_version].filter(Boolean).join(" "),
    source.model,
    ...task.languages.slice(0, 4),
    counted(counts.steps, "step"),
    counts.duration_ms === undefined ? null : duration(counts.duration_ms),
    counted(redactions.total, "redaction"),
    rights.license,
    session.position === undefined ? null : `episode ${session.position} of its session`,
    episode.disclosure === "summary" ? "summary: shape without words" : null,
  ]
    .filter((fact) => fact !== null && fact !== undefined)
    .map(visibleText)
    .join(" · ");
}
