import type { Metadata } from "next";
import { Aside } from "#app/_components/aside.tsx";
import { Page } from "#app/_components/page.tsx";
import { EpisodeFacts } from "#app/_components/episode-facts.tsx";
import { EpisodeHead } from "#app/_components/episode-head.tsx";
import { PartLinks } from "#app/_components/trace/part-links.tsx";
import { Outline } from "#app/_components/trace/outline.tsx";
import { partOf, traceParts } from "#app/_components/trace/parts.ts";
import { TraceTools } from "#app/_components/trace/trace-tools.tsx";
import { TraceView } from "#app/_components/trace/trace-view.tsx";
import { isReader } from "#app/_server/access.ts";
import { outlineOf, stitch } from "#lib/domain/text/trace.ts";
import { visibleText } from "#lib/domain/text/visible.ts";
import NotFound from "#app/not-found.tsx";
import { Gone } from "./gone.tsx";
import { loadEpisode } from "./load.ts";

type Props = { params: Promise<{ id: string }>; searchParams: Promise<{ part?: string | string[] }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  if (!(await isReader())) return { title: "Private" };
  const found = await loadEpisode((await params).id);
  if (found.kind !== "public") return { title: "Not available", robots: { index: false } };
  return { title: visibleText(found.summary.title), description: visibleText(found.summary.promptPreview) };
}

export default async function EpisodePage({ params, searchParams }: Props) {
  const found = await loadEpisode((await params).id);
  if (found.kind === "unknown") return <NotFound />;
  if (found.kind !== "public") return <Gone legal={found.kind === "withheld"} />;
  const { episode, summary, releases } = found;
  const entries = stitch(episode.steps);
  const parts = traceParts(entries);
  const part = partOf((await searchParams).part, parts.length);
  const href = (step: number) => parts.href(episode.id, step);
  return (
    <Page>
      <EpisodeHead
        episode={episode}
        title={summary.title}
        failures={entries.filter((entry) => entry.failed)}
        href={href}
      />
      <div className="grid gap-4 lg:grid-cols-[13rem_minmax(0,1fr)_15rem] lg:gap-6">
        <Aside title="Outline">
          <Outline items={outlineOf(entries)} href={href} />
        </Aside>
        <div className="order-last min-w-0 space-y-4 lg:order-none">
          <TraceView entries={parts.at(part)} tools={<TraceTools />} />
          <PartLinks page={`/episodes/${episode.id}`} part={part} parts={parts.length} />
        </div>
        <Aside title="About this episode">
          <EpisodeFacts episode={episode} releases={releases} />
        </Aside>
      </div>
    </Page>
  );
}
