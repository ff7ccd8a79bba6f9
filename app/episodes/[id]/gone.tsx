import Link from "next/link";
import { Badge } from "#app/_components/badge.tsx";
import { Page, PageTitle, Prose } from "#app/_components/page.tsx";

/** One page for all that is gone, whatever the reason (permanence.md 8); a legal order is the one exception. */
export function Gone({ legal }: { legal: boolean }) {
  return (
    <Page>
      <Badge meaning={legal ? "held" : "withdrawn"}>{legal ? "withheld" : "not available"}</Badge>
      <PageTitle>
        {legal ? "This episode is withheld under a legal order" : "This episode is not available any more"}
      </PageTitle>
      <Prose>
        <p>
          {legal
            ? "An authority has ordered that it is not shown. It stands in no search and in no new release."
            : "It was public once and is not now. It stands in no search and in no new release."}
        </p>
        <p>
          If you hold a release that contains it, use the <Link href="/releases">newest release</Link>{" "}
          instead. If it was yours, <Link href="/me/episodes">your episodes</Link> show its state.
        </p>
      </Prose>
    </Page>
  );
}
