import type { Metadata } from "next";
import { Page, PageTitle } from "#app/_components/page.tsx";
import { ReportForm } from "#app/_components/report-form.tsx";
import { Gone } from "#app/episodes/[id]/gone.tsx";
import NotFound from "#app/not-found.tsx";
import { loadEpisode } from "#app/episodes/[id]/load.ts";
import { visibleText } from "#lib/domain/text/visible.ts";
import { report } from "./actions.ts";

export const metadata: Metadata = { title: "Report a problem", robots: { index: false } };

type Props = { params: Promise<{ id: string }>; searchParams: Promise<{ step?: string | string[] }> };

export default async function ReportPage({ params, searchParams }: Props) {
  const found = await loadEpisode((await params).id);
  const { step } = await searchParams;
  if (found.kind === "unknown") return <NotFound />;
  if (found.kind !== "public") return <Gone legal={found.kind === "withheld"} />;
  return (
    <Page>
      <PageTitle facts="Private: only this instance's staff read it. You get a receipt and see the decision. No account is needed.">
        Report a problem
      </PageTitle>
      <p>
        Episode: <span className="font-medium">{visibleText(found.summary.title)}</span>
      </p>
      <ReportForm action={report} episodeId={found.summary.id} step={typeof step === "string" ? step : ""} />
    </Page>
  );
}
