import { Page, PageTitle, Prose } from "#app/_components/page.tsx";
import { SignInAndReturn } from "#app/sign-in/sign-in-and-return.tsx";

/** For a visitor of a private instance who is not signed in: what is here, and the way in. */
export default function Unauthorized() {
  return (
    <Page>
      <PageTitle>This instance is private</PageTitle>
      <Prose>
        <p>Sign in to read it; you come back to this address. Accounts are made by its operator.</p>
        <p>
          From the command line, send a token with the scope <code>read</code>.
        </p>
      </Prose>
      <SignInAndReturn />
    </Page>
  );
}
