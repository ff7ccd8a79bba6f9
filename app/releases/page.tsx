import type { Metadata } from "next";
import Link from "next/link";
import { Button } from "#app/_components/button.tsx";
import { EmptyState } from "#app/_components/empty-state.tsx";
import { Page, PageTitle } from "#app/_components/page.tsx";
import { ReleaseList } from "#app/_components/release-list.tsx";
import { reader } from "#app/_server/access.ts";
import { getDeps } from "#lib/container.ts";
import { listReleases } from "#lib/services/read-release.ts";

export const metadata: Metadata = { title: "Releases" };

export default async function ReleasesPage() {
  await reader();
  const deps = await getDeps();
  const releases = await listReleases(deps);
  return (
    <Page>
      <PageTitle facts="Fixed sets of public episodes, with digests that anyone can check. A withdrawal leads to a new release without the record.">
        Releases
      </PageTitle>
      {releases.length === 0 ? (
        <EmptyState
          title="There is no release yet"
          action={
            <Button asChild>
              <Link href="/">Search the episodes</Link>
            </Button>
          }
        >
          The operator makes one with <code>npm run admin -- snapshot</code>. Public episodes can be read and
          searched meanwhile.
        </EmptyState>
      ) : (
        <ReleaseList releases={releases} now={deps.clock.now()} />
      )}
    </Page>
  );
}
