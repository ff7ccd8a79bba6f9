import type { Metadata } from "next";
import { EmptyState } from "#app/_components/empty-state.tsx";
import { Page, PageTitle, Section } from "#app/_components/page.tsx";
import { NewTokenForm } from "#app/_components/new-token-form.tsx";
import { TokenList } from "#app/_components/token-list.tsx";
import { signedIn } from "#app/_server/session.ts";
import { getDeps } from "#lib/container.ts";
import { grantableScopes } from "#lib/domain/access/policy.ts";
import { listTokens } from "#lib/services/tokens.ts";
import { endToken, makeToken } from "./actions.ts";

export const metadata: Metadata = { title: "My tokens" };

export default async function MyTokensPage() {
  const { actor } = await signedIn("/me/tokens");
  const deps = await getDeps();
  const tokens = await listTokens(deps, actor);
  const scopes = actor.kind === "user" ? grantableScopes(actor.roles) : [];
  return (
    <Page>
      <PageTitle facts="Keys for the command line tool and scripts. A token can do what its scopes say, and never more than you.">
        My tokens
      </PageTitle>
      <Section title="New token">
        <NewTokenForm action={makeToken} scopes={scopes} />
      </Section>
      <Section title="Your tokens">
        {tokens.length === 0 ? (
          <EmptyState title="No tokens yet">Make one above, and give it to the command line tool.</EmptyState>
        ) : (
          <TokenList tokens={tokens} now={deps.clock.now()} end={endToken} />
        )}
      </Section>
    </Page>
  );
}
