import Link from "next/link";
import { Button } from "#app/_components/button.tsx";
import { Page, PageTitle, Prose } from "#app/_components/page.tsx";

/** For a signed-in person whose roles don't reach here: no moderator, or nobody of a private instance any more. */
export default function Forbidden() {
  return (
    <Page>
      <PageTitle>Your account can&apos;t see this page</PageTitle>
      <Prose>
        <p>It needs a role on this instance that your account does not have. An admin can give it to you.</p>
      </Prose>
      <Button asChild>
        <Link href="/">Back to the search</Link>
      </Button>
    </Page>
  );
}
