import type { Metadata } from "next";
import { Page, PageTitle, Prose } from "#app/_components/page.tsx";

export const metadata: Metadata = { title: "Check your mail" };

export default function CheckMailPage() {
  return (
    <Page>
      <PageTitle>A link is on its way</PageTitle>
      <Prose>
        <p>Open it in this browser within ten minutes. It works once.</p>
        <p>
          On an instance without mail, such as the demo, the link is printed on the console of the server. Its
          operator can also make one with <code>npm run admin -- sign-in-link EMAIL</code>.
        </p>
      </Prose>
    </Page>
  );
}
