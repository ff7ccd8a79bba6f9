import type { Metadata } from "next";
import Link from "next/link";
import { forbidden, notFound } from "next/navigation";
import { CaseDecision } from "#app/_components/case-decision.tsx";
import { CaseReports } from "#app/_components/case-reports.tsx";
import { Chip } from "#app/_components/chip.tsx";
import { EventLog } from "#app/_components/event-log.tsx";
import { Notice } from "#app/_components/notice.tsx";
import { Page, PageTitle, Section } from "#app/_components/page.tsx";
import { ReportedSteps } from "#app/_components/reported-steps.tsx";
import { traceParts } from "#app/_components/trace/parts.ts";
import { When } from "#app/_components/when.tsx";
import { CASE_EVENT_WORDS, CASE_WORDS, CATEGORIES } from "#app/_components/words.ts";
import { signedIn } from "#app/_server/session.ts";
import { getDeps } from "#lib/container.ts";
import { can } from "#lib/domain/access/policy.ts";
import { isAppError } from "#lib/domain/errors.ts";
import { stitch } from "#lib/domain/text/trace.ts";
import { visibleText } from "#lib/domain/text/visible.ts";
import { type CaseView, readCase } from "#lib/services/cases.ts";
import { readReview } from "#lib/services/moderation-queue.ts";
import { decide, takeCase } from "#app/moderation/actions.ts";

export const metadata: Metadata = { title: "Case" };

export default async function CasePage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const { actor } = await signedIn(`/moderation/cases/${id}`);
  if (!can(actor, "queue.read").ok) forbidden();
  const deps = await getDeps();
  const view = await readCase(deps, actor, { caseId: id }).catch((error: unknown) => {
    if (isAppError(error, "not_found")) notFound();
    throw error;
  });
  const now = deps.clock.now();
  const { case: entry } = view;
  // a case has to be decided even while the episode's bytes can't be read
  const review = await readReview(deps, actor, { episodeId: entry.episodeId }).catch((error: unknown) => {
    if (isAppError(error, "unavailable")) return null;
    throw error;
  });
  const parts = traceParts(stitch(review?.episode?.steps ?? []));
  const stepHref = (step: number) => `/moderation/episodes/${entry.episodeId}${parts.anchor(step)}` as const;
  const named = new Set(view.reports.flatMap(({ step }) => (step === null ? [] : [step])));
  return (
    <Page>
      <PageTitle facts={`${CATEGORIES[entry.category].word} · ${CASE_WORDS[entry.state]}`}>
        Case {entry.number}
      </PageTitle>
      <p className="flex flex-wrap items-center gap-3">
        <Chip>P{entry.band}</Chip>
        <Link
          href={`/moderation/episodes/${entry.episodeId}`}
          prefetch={false}
          className="wrap-anywhere text-accent underline"
        >
          {visibleText(review?.row.title ?? "") || "Look at the episode"}
        </Link>
        <span>
          opened <When at={entry.openedAt} now={now} />
        </span>
        {entry.blocks && <Chip>keeps the episode out of releases</Chip>}
      </p>
      <Section title={`Reports (${view.reports.length})`}>
        <CaseReports reports={view.reports} stepHref={stepHref} now={now} />
      </Section>
      {review?.episode && named.size > 0 && (
        <Section title={named.size === 1 ? "The step it names" : "The steps they name"}>
          <ReportedSteps episode={review.episode} numbers={named} />
        </Section>
      )}
      {review === null && (
        <Notice meaning="failure" title="The episode's text can't be read at the moment.">
          Its object is missing or damaged. The case can be decided all the same.
        </Notice>
      )}
      <Section title="Decision">
        <CaseDecision entry={entry} take={takeCase} decide={decide} now={now} />
      </Section>
      <Section title="Log">
        <EventLog entries={view.log.map(logRow)} now={now} />
      </Section>
    </Page>
  );
}

function logRow({ at, actor, event, from, to }: CaseView["log"][number]) {
  return { at, actor, event: CASE_EVENT_WORDS[event], from: CASE_WORDS[from], to: CASE_WORDS[to] };
}
