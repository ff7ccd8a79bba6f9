import Link from "next/link";
import { Button } from "#app/_components/button.tsx";
import { Page, PageTitle, Prose } from "#app/_components/page.tsx";

/** For a signed-in person whose roles don't reach here. */
export default function Forbidden() {
  return (
    <Page>
      <PageTitle>Your account can&apos;t see this page</PageTitle>
      <Prose>
        <p>It is for this instance&apos;s moderators. An admin can give you the role.</p>
      </Prose>
      <Button asChild>
        <Link href="/">Back to the search</Link>
      </Button>
    </Page>
  );
}
