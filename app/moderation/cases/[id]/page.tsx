import type { Metadata } from "next";
import Link from "next/link";
import { forbidden, notFound } from "next/navigation";
import { CaseDecision } from "#app/_components/case-decision.tsx";
import { CaseReports } from "#app/_components/case-reports.tsx";
import { Chip } from "#app/_components/chip.tsx";
import { EventLog } from "#app/_components/event-log.tsx";
import { Page, PageTitle, Section } from "#app/_components/page.tsx";
import { When } from "#app/_components/when.tsx";
import { CASE_WORDS, CATEGORIES } from "#app/_components/words.ts";
import { signedIn } from "#app/_server/session.ts";
import { getDeps } from "#lib/container.ts";
import { can } from "#lib/domain/access/policy.ts";
import { isAppError } from "#lib/domain/errors.ts";
import { readCase } from "#lib/services/cases.ts";
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
  return (
    <Page>
      <PageTitle facts={`${CATEGORIES[entry.category].word} · ${CASE_WORDS[entry.state]}`}>
        Case {entry.number}
      </PageTitle>
      <p className="flex flex-wrap items-center gap-3">
        <Chip>P{entry.band}</Chip>
        <Link href={`/moderation/episodes/${entry.episodeId}`} className="text-accent underline">
          Look at the episode
        </Link>
        <span>
          opened <When at={entry.openedAt} now={now} />
        </span>
        {entry.blocks && <Chip>keeps the episode out of releases</Chip>}
      </p>
      <Section title={`Reports (${view.reports.length})`}>
        <CaseReports reports={view.reports} episodeId={entry.episodeId} now={now} />
      </Section>
      <Section title="Decision">
        <CaseDecision entry={entry} take={takeCase} decide={decide} now={now} />
      </Section>
      <Section title="Log">
        <EventLog entries={view.log} now={now} />
      </Section>
    </Page>
  );
}
