import Link from "next/link";
import type { EpisodeSummary } from "#lib/domain/episode/summary.ts";
import { visibleText } from "#lib/domain/text/visible.ts";
import { MeaningIcon } from "./badge.tsx";
import { counted, day } from "./format.ts";
import { Fragment } from "./fragment.tsx";
import { OUTCOMES, TOOLS } from "./words.ts";

/** One episode in a list that can be scanned by eye: outcome, title, where it matched, what it is made of. */
export function EpisodeCard({ item, fragment }: { item: EpisodeSummary; fragment?: string | null }) {
  const { word, meaning } = OUTCOMES[item.outcome];
  const tools = item.tools.map(({ kind, calls }) => `${TOOLS[kind]} ×${calls}`).join("  ");
  const facts = [
    tools,
    item.errorKinds.length > 0 ? item.errorKinds.map(visibleText).join(", ") : null,
    item.license,
    item.disclosure,
  ].filter(Boolean);
  return (
    <article className="grid grid-cols-[1rem_minmax(0,1fr)] gap-x-3 border-b border-line py-3">
      <MeaningIcon meaning={meaning} label={word} className="mt-1" />
      <div className="min-w-0 space-y-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4">
          <h3 className="min-w-0 text-lg wrap-anywhere">
            <Link
              href={`/episodes/${item.id}`}
              prefetch={false}
              data-row
              className="text-ink no-underline hover:text-accent hover:underline"
            >
              {visibleText(item.title)}
            </Link>
          </h3>
          <p className="text-sm text-muted">
            {[item.sourceTool, ...item.languages.slice(0, 3)].map(visibleText).join(" · ")} ·{" "}
            {counted(item.steps, "step")}
          </p>
        </div>
        {fragment ? (
          <p className="line-clamp-3">
            <Fragment text={fragment} />
          </p>
        ) : null}
        <p className="flex flex-wrap justify-between gap-x-4 text-sm text-muted">
          <span>{facts.join(" · ")}</span>
          {item.day && <time dateTime={item.day}>{day(new Date(`${item.day}T00:00:00Z`))}</time>}
        </p>
      </div>
    </article>
  );
}
