import type { Metadata } from "next";
import { Fact, Facts } from "#app/_components/facts.tsx";
import { counted } from "#app/_components/format.ts";
import { Notice } from "#app/_components/notice.tsx";
import { Page, PageTitle, Section } from "#app/_components/page.tsx";
import { ShortId } from "#app/_components/short-id.tsx";
import { reader } from "#app/_server/access.ts";
import { getDeps } from "#lib/container.ts";
import { readTransparency } from "#lib/services/transparency.ts";

export const metadata: Metadata = { title: "Transparency" };

const POLICIES: Record<string, string> = {
  review_all: "a person reviews every upload before it is public",
  trusted:
    "a contributor's first three uploads are reviewed, later clean ones are public at once, one in ten is sampled",
  auto: "clean uploads are public at once, without a person",
};

export default async function TransparencyPage() {
  await reader();
  const view = await readTransparency(await getDeps());
  return (
    <Page>
      <PageTitle facts="Counts and rules in force, now. Never names, never reasons.">Transparency</PageTitle>
      {view.permanenceGap && (
        <Notice meaning="held" title="Withdrawals may be missing after a restore.">
          The operator started this instance with a never-forget log that ends earlier than the database
          remembers. If you withdrew something, check its state.
        </Notice>
      )}
      <Section title="Episodes">
        <Facts>
          <Fact name="Public">{counted(view.counts.published, "episode")}</Fact>
          <Fact name="Being checked or reviewed">{counted(view.counts.waiting, "episode")}</Fact>
          <Fact name="Hidden or taken down">{counted(view.counts.held, "episode")}</Fact>
          <Fact name="Withdrawn or replaced">{counted(view.counts.withdrawn, "episode")}</Fact>
        </Facts>
      </Section>
      <Section title="Rules in force">
        <Facts>
          <Fact name="Release policy">{POLICIES[view.releasePolicy] ?? view.releasePolicy}</Fact>
          <Fact name="State">{view.paused ? "paused" : "running"}</Fact>
          <Fact name="Sanitizer rules">{view.rulesVersion}</Fact>
          <Fact name="Never-forget log">
            <span className="inline-flex flex-wrap items-center gap-2">
              {counted(view.permanenceHead.seq, "entry", "entries")}, head{" "}
              <ShortId value={view.permanenceHead.hash} label="digest of the head" />
            </span>
          </Fact>
        </Facts>
      </Section>
    </Page>
  );
}
