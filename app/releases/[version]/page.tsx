import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { Bars } from "#app/_components/bars.tsx";
import { Document } from "#app/_components/document.tsx";
import { Notice } from "#app/_components/notice.tsx";
import { Page, Section } from "#app/_components/page.tsx";
import { ReleaseFiles } from "#app/_components/release-files.tsx";
import { ReleaseFunnel } from "#app/_components/release-funnel.tsx";
import { ReleaseHead } from "#app/_components/release-head.tsx";
import { UseIt } from "#app/_components/use-it.tsx";
import { TOOLS } from "#app/_components/words.ts";
import { isPrivate, reader } from "#app/_server/access.ts";
import { getDeps } from "#lib/container.ts";
import { isAppError } from "#lib/domain/errors.ts";
import { readRelease } from "#lib/services/read-release.ts";
import { keepCurrent, recipes } from "./recipes.ts";

type Props = { params: Promise<{ version: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Release ${(await params).version}` };
}

export default async function ReleasePage({ params }: Props) {
  await reader();
  const { version } = await params;
  const deps = await getDeps();
  const release = await readRelease(deps, version).catch((error: unknown) => {
    if (isAppError(error, "not_found")) notFound();
    throw error;
  });
  const base = `/v1/releases/${release.version}/files`;
  const { publicUrl } = deps.rules;
  const whole = release.files.every(({ standing }) => standing === "served");
  return (
    <Page>
      <ReleaseHead release={release} manifest={release.manifest} now={deps.clock.now()} />
      {release.state !== "yanked" && (
        <Section title="Use it">
          {isPrivate() && <NeedsToken />}
          {whole ? (
            <UseIt recipes={recipes(release, { base: `${publicUrl}${base}`, publicUrl })} />
          ) : (
            <>
              <NotWhole replacement={release.replacement} />
              <UseIt recipes={[keepCurrent(publicUrl)]} />
            </>
          )}
        </Section>
      )}
      <Section title="Files">
        <ReleaseFiles files={release.files} base={base} />
      </Section>
      <Section title="What went in">
        <ReleaseFunnel manifest={release.manifest} />
      </Section>
      <Section title="What is in it">
        <div className="grid gap-6 md:grid-cols-2 xl:grid-cols-4">
          <Bars title="Licences" unit="record" rows={rowsOf(release.manifest.license_counts)} />
          <Bars title="Outcome basis" unit="record" rows={rowsOf(release.manifest.outcome_basis_counts)} />
          <Bars title="Languages" unit="record" rows={rowsOf(release.manifest.language_counts)} />
          <Bars title="Tools" unit="record" rows={toolRows(release.manifest.tool_counts)} />
        </div>
      </Section>
      <Section title="Data card" id="data-card">
        <Document text={release.dataCard} />
      </Section>
    </Page>
  );
}

function NeedsToken() {
  return (
    <p className="max-w-prose">
      This instance is private, so these addresses ask for a token with the scope <code>read</code>: give curl{" "}
      <code>-H &quot;authorization: Bearer $TOKEN&quot;</code> too, or load the files below while you are
      signed in.
    </p>
  );
}

function NotWhole({ replacement }: { replacement: string | null }) {
  return (
    <Notice meaning="held" title="The files of this release are not all served any more.">
      {replacement ? (
        <p>
          Use{" "}
          <Link href={`/releases/${replacement}`} className="text-accent underline">
            release {replacement}
          </Link>
          , the latest, instead.
        </p>
      ) : (
        <p>
          No newer release can be used yet;{" "}
          <Link href="/releases" className="text-accent underline">
            the list of releases
          </Link>{" "}
          will name it.
        </p>
      )}
    </Notice>
  );
}

/** Kinds of tools by the words that the search has for them. */
function toolRows(counts: Record<string, number>): { name: string; count: number }[] {
  const words: Record<string, string> = TOOLS;
  return rowsOf(counts).map(({ name, count }) => ({
    name: Object.hasOwn(words, name) ? (words[name] ?? name) : name,
    count,
  }));
}

function rowsOf(counts: Record<string, number>): { name: string; count: number }[] {
  return Object.entries(counts)
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name))
    .slice(0, 8);
}
