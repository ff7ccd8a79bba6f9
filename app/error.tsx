"use client";
import { Button } from "#app/_components/button.tsx";
import { Notice } from "#app/_components/notice.tsx";
import { Page } from "#app/_components/page.tsx";

/** What a reader sees when a page fails. The digest finds the entry in the server's log; nothing else of the error is shown. */
export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <Page>
      <Notice meaning="failure" title="This page could not be shown." announce>
        <p>
          Nothing was changed. Try again; if it keeps failing, tell the operator
          {error.digest ? ` the code ${error.digest}` : ""}.
        </p>
      </Notice>
      <Button type="button" onClick={reset}>
        Try again
      </Button>
    </Page>
  );
}
