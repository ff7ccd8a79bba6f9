import type { Metadata } from "next";
import Link from "next/link";
import { Button } from "#app/_components/button.tsx";
import { EmptyState } from "#app/_components/empty-state.tsx";
import { OwnEpisodes } from "#app/_components/own-episodes.tsx";
import { Page, PageTitle } from "#app/_components/page.tsx";
import { signedIn } from "#app/_server/session.ts";
import { getDeps } from "#lib/container.ts";
import { listOwnEpisodes } from "#lib/services/my-episodes.ts";
import { revoke } from "./actions.ts";

export const metadata: Metadata = { title: "My episodes" };

type Props = { searchParams: Promise<{ before?: string | string[] }> };

export default async function MyEpisodesPage({ searchParams }: Props) {
  const { actor } = await signedIn("/me/episodes");
  const deps = await getDeps();
  const before = dateOf((await searchParams).before);
  const { items, nextBefore } = await listOwnEpisodes(deps, actor, before ? { before } : {});
  return (
    <Page>
      <PageTitle facts="Everything you have uploaded, in every state. Only you see this page.">
        My episodes
      </PageTitle>
      {items.length === 0 ? (
        <EmptyState
          title={before ? "Nothing older" : "You have not shared anything yet"}
          action={
            <Button asChild look="primary">
              <Link href="/about#contribute">How to share a session</Link>
            </Button>
          }
        >
          An upload shows here as soon as the server has confirmed it.
        </EmptyState>
      ) : (
        <OwnEpisodes items={items} now={deps.clock.now()} revoke={revoke} />
      )}
      {nextBefore && (
        <Link href={`/me/episodes?before=${nextBefore.toISOString()}`} className="text-accent underline">
          Older episodes
        </Link>
      )}
    </Page>
  );
}

function dateOf(value: string | string[] | undefined): Date | null {
  const date = typeof value === "string" ? new Date(value) : null;
  return date && !Number.isNaN(date.getTime()) ? date : null;
}
