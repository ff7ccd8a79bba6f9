import Link from "next/link";
import { Button } from "#app/_components/button.tsx";
import { Page, PageTitle, Prose } from "#app/_components/page.tsx";

export default function NotFound() {
  return (
    <Page>
      <PageTitle>There is nothing here</PageTitle>
      <Prose>
        <p>The address may be mistyped, or it names something that was never public.</p>
      </Prose>
      <Button asChild>
        <Link href="/">Search episodes</Link>
      </Button>
    </Page>
  );
}
