import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { Badge } from "#app/_components/badge.tsx";
import { Fact, Facts } from "#app/_components/facts.tsx";
import { Notice } from "#app/_components/notice.tsx";
import { Page, PageTitle, Section } from "#app/_components/page.tsx";
import { ShortId } from "#app/_components/short-id.tsx";
import { When } from "#app/_components/when.tsx";
import { CASE_OUTCOME_WORDS, CASE_WORDS, CATEGORIES } from "#app/_components/words.ts";
import { reader } from "#app/_server/access.ts";
import { getDeps } from "#lib/container.ts";
import { isAppError } from "#lib/domain/errors.ts";
import { readReport } from "#lib/services/reports.ts";

export const metadata: Metadata = { title: "Your report", robots: { index: false }, referrer: "no-referrer" };

export default async function ReceiptPage({ params }: { params: Promise<{ receipt: string }> }) {
  await reader();
  const { receipt } = await params;
  const deps = await getDeps();
  const report = await readReport(deps, receipt).catch((error: unknown) => {
    if (isAppError(error, "not_found")) notFound();
    throw error;
  });
  const now = deps.clock.now();
  return (
    <Page>
      <PageTitle facts={`${CATEGORIES[report.category].word} · ${CASE_WORDS[report.state]}`}>
        Report {report.number}
      </PageTitle>
      <Notice title="Keep this address.">
        It is your receipt and the only way to this page. Whoever has it can read what stands here.
      </Notice>
      <Facts>
        <Fact name="Receipt">
          <ShortId value={receipt} label="receipt" length={32} />
        </Fact>
        <Fact name="Reported">
          <When at={report.reportedAt} now={now} />
        </Fact>
        <Fact name="Episode">
          <Link href={`/episodes/${report.episodeId}`} prefetch={false} className="text-accent underline">
            <code>{report.episodeId.slice(0, 12)}</code>
          </Link>
        </Fact>
      </Facts>
      {report.outcome ? (
        <Section title="Decision">
          <p className="flex flex-wrap items-center gap-3">
            <Badge meaning={CASE_OUTCOME_WORDS[report.outcome].meaning}>
              {CASE_OUTCOME_WORDS[report.outcome].word}
            </Badge>
            {report.decidedAt && <When at={report.decidedAt} now={now} />}
          </p>
          {report.statement && <p className="max-w-prose whitespace-pre-wrap">{report.statement}</p>}
        </Section>
      ) : (
        <p className="text-muted">There is no decision yet. It will stand here with its reasons.</p>
      )}
    </Page>
  );
}
