import type { Metadata } from "next";
import { Notice } from "#app/_components/notice.tsx";
import { Page, PageTitle } from "#app/_components/page.tsx";
import { isPrivate } from "#app/_server/access.ts";
import { getConfig } from "#lib/container.ts";
import { localAddress } from "#lib/domain/access/local-address.ts";
import { SignInForm } from "./sign-in-form.tsx";

export const metadata: Metadata = { title: "Sign in" };

type Search = Promise<Record<string, string | string[] | undefined>>;

/** Why signing in failed, by next-auth's own codes and one of ours. */
const FAILURES: Record<string, string> = {
  Verification: "This link is too old or was used already. Ask for a new one below.",
  OAuthAccountNotLinked: "This address signed in another way before. Use the link by mail.",
  EmailSignin: "The mail could not be sent. Try again in a minute, or ask the operator.",
  TooMany: "Too many links were asked for. Use the last one you got, or wait an hour.",
  AccessDenied: "This account may not sign in here. Ask the operator.",
};

export default async function SignInPage({ searchParams }: { searchParams: Search }) {
  const { callbackUrl, error } = await searchParams;
  return (
    <Page>
      <PageTitle
        facts={
          isPrivate()
            ? "This instance is private: reading needs an account too, and its operator makes them."
            : "For contributors and moderators. Reading and reporting need no account."
        }
      >
        Sign in
      </PageTitle>
      {typeof error === "string" && (
        <Notice meaning="failure" title="You are not signed in." announce>
          {FAILURES[error] ?? "Signing in did not work. Ask for a new link below."}
        </Notice>
      )}
      <SignInForm returnTo={localPath(callbackUrl)} github={getConfig().github !== undefined} />
    </Page>
  );
}

/** Only paths of this site: whoever made the link doesn't choose where people land. */
function localPath(value: string | string[] | undefined): string {
  const path = typeof value === "string" ? localAddress(value, getConfig().publicUrl) : undefined;
  return path ?? "/me/episodes";
}
