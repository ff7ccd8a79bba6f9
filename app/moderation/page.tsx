import type { Metadata } from "next";
import { forbidden } from "next/navigation";
import { CaseTable } from "#app/_components/case-table.tsx";
import { EmptyState } from "#app/_components/empty-state.tsx";
import { Notice } from "#app/_components/notice.tsx";
import { Page, PageTitle, Section } from "#app/_components/page.tsx";
import { PauseForm } from "#app/_components/pause-form.tsx";
import { QueueTable } from "#app/_components/queue-table.tsx";
import { signedIn } from "#app/_server/session.ts";
import { getDeps } from "#lib/container.ts";
import { can } from "#lib/domain/access/policy.ts";
import { readQueue } from "#lib/services/moderation-queue.ts";
import { isPaused } from "#lib/services/pause.ts";
import { readRescan } from "#lib/services/rescan.ts";
import { pause } from "./actions.ts";

export const metadata: Metadata = { title: "Moderation" };

export default async function ModerationPage() {
  const { actor } = await signedIn("/moderation");
  if (!can(actor, "queue.read").ok) forbidden();
  const deps = await getDeps();
  const queue = await readQueue(deps, actor);
  const rescan = await readRescan(deps, actor);
  const now = deps.clock.now();
  return (
    <Page>
      <PageTitle facts="Most urgent band first, oldest first inside a band. Every decision is recorded with who made it.">
        Moderation
      </PageTitle>
      {rescan.state === "waiting" && (
        <Notice meaning="held" title={`New rules found something in ${rescan.hits} public episodes`}>
          So many wait for a person: nothing is hidden before the operator agrees.
        </Notice>
      )}
      <Section title={`Reports (${queue.cases.length})`}>
        {queue.cases.length === 0 ? (
          <EmptyState title="No open reports">
            New ones appear here with their band: P0 live credential or unlawful, P3 quality.
          </EmptyState>
        ) : (
          <CaseTable cases={queue.cases} now={now} />
        )}
      </Section>
      <Section title={`Waiting for review (${queue.waiting.length})`}>
        {queue.waiting.length === 0 ? (
          <EmptyState title="No upload waits for a person">
            What the rules release by themselves does not come here.
          </EmptyState>
        ) : (
          <QueueTable rows={queue.waiting} now={now} label="Waiting for review" />
        )}
      </Section>
      <Section title={`Hidden or taken down (${queue.held.length})`}>
        {queue.held.length === 0 ? (
          <EmptyState title="Nothing is hidden or taken down" />
        ) : (
          <QueueTable rows={queue.held} now={now} label="Hidden or taken down" />
        )}
      </Section>
      {can(actor, "instance.pause").ok && (
        <Section title="Pause">
          <PauseForm paused={await isPaused(deps)} action={pause} />
        </Section>
      )}
    </Page>
  );
}
