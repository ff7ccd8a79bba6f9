import type { Metadata } from "next";
import { forbidden, notFound } from "next/navigation";
import { Badge } from "#app/_components/badge.tsx";
import { EventLog } from "#app/_components/event-log.tsx";
import { FindingList } from "#app/_components/finding-list.tsx";
import { Page, PageTitle, Section } from "#app/_components/page.tsx";
import { ReviewDecisions } from "#app/_components/review-decisions.tsx";
import { ReviewTrace } from "#app/_components/review-trace.tsx";
import { traceParts } from "#app/_components/trace/parts.ts";
import { EPISODE_EVENT_WORDS, EPISODE_WORDS, reasonWord } from "#app/_components/words.ts";
import { signedIn } from "#app/_server/session.ts";
import { approve, claim, hide, reject, restore, takeDown, unclaim, unhide } from "#app/moderation/actions.ts";
import { getDeps } from "#lib/container.ts";
import { can } from "#lib/domain/access/policy.ts";
import { isAppError } from "#lib/domain/errors.ts";
import { stitch } from "#lib/domain/text/trace.ts";
import { visibleText } from "#lib/domain/text/visible.ts";
import { type Review, readReview } from "#lib/services/moderation-queue.ts";

const DECISIONS = { approve, claim, hide, reject, restore, takeDown, unclaim, unhide };

export const metadata: Metadata = { title: "Review" };

type Props = { params: Promise<{ id: string }>; searchParams: Promise<{ part?: string | string[] }> };

export default async function ReviewPage({ params, searchParams }: Props) {
  const { id } = await params;
  const { actor } = await signedIn(`/moderation/episodes/${id}`);
  if (!can(actor, "queue.read").ok) forbidden();
  const deps = await getDeps();
  const review = await readReview(deps, actor, { episodeId: id }).catch((error: unknown) => {
    if (isAppError(error, "not_found")) notFound();
    throw error;
  });
  const now = deps.clock.now();
  const { row } = review;
  const parts = traceParts(stitch(review.episode?.steps ?? []));
  const stepHref = (step: number) => `/moderation/episodes/${row.id}${parts.anchor(step)}`;
  return (
    <Page>
      <PageTitle facts={[row.sourceTool, row.disclosure, row.license].map(visibleText).join(" · ")}>
        {visibleText(row.title)}
      </PageTitle>
      <p className="flex flex-wrap items-center gap-3">
        <Badge meaning={EPISODE_WORDS[row.state].meaning}>{EPISODE_WORDS[row.state].word}</Badge>
        <span className="text-muted">
          {[row.reason, ...row.reviewReasons]
            .filter((code) => code !== null)
            .map(reasonWord)
            .join(" · ")}
        </span>
      </p>
      <Section title="Decide">
        <ReviewDecisions row={row} actions={DECISIONS} now={now} />
      </Section>
      <Section title={`Findings (${review.findings.length})`}>
        <FindingList findings={review.findings} stepHref={stepHref} />
      </Section>
      <Section title="Trace">
        <ReviewTrace episode={review.episode} part={(await searchParams).part} />
      </Section>
      <Section title="Log">
        <EventLog entries={review.log.map(logRow)} now={now} />
      </Section>
    </Page>
  );
}

function logRow({ at, actor, type, from, to }: Review["log"][number]) {
  return {
    at,
    actor,
    event: EPISODE_EVENT_WORDS[type],
    from: EPISODE_WORDS[from].word,
    to: EPISODE_WORDS[to].word,
  };
}
