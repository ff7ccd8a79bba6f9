import type { AuthOptions } from "next-auth";
import type { EmailConfig } from "next-auth/providers/email";
import GitHubProvider from "next-auth/providers/github";
import { authAdapter, getConfig, getDeps } from "#lib/container.ts";
import { localAddress } from "#lib/domain/access/local-address.ts";

const LINK_MINUTES = 10;
const SESSION_DAYS = 30;

/**
 * Sign-in: a one-time link by mail (on the console where no mail is set up), and GitHub when configured. Sessions live in
 * the database, so that ending one takes effect at once; a session tells the browser nothing but that it exists.
 */
export async function authOptions(): Promise<AuthOptions> {
  const config = getConfig();
  return {
    adapter: await authAdapter(),
    ...(config.authSecret ? { secret: config.authSecret } : {}),
    session: { strategy: "database", maxAge: SESSION_DAYS * 86_400 },
    pages: { signIn: "/sign-in", verifyRequest: "/sign-in/check", error: "/sign-in" },
    providers: [emailLink(), ...(config.github ? [githubProvider(config.github)] : [])],
    callbacks: {
      session: ({ session, user }) => ({
        expires: session.expires,
        user: { id: user.id, email: user.email, name: user.name ?? null },
      }),
      // asking for a link answers the same for everybody: who has no account here gets none
      signIn: ({ user, email }) => email?.verificationRequest === true || isWelcome(user.email),
      redirect: ({ url, baseUrl }) => new URL(localAddress(url, baseUrl) ?? "/", baseUrl).href,
    },
  };
}

function emailLink(): EmailConfig {
  return {
    id: "email",
    type: "email",
    name: "Email",
    server: "",
    from: "",
    options: {},
    maxAge: LINK_MINUTES * 60,
    sendVerificationRequest: async ({ identifier, url }) => {
      if (!(await isWelcome(identifier))) return;
      const deps = await getDeps();
      await deps.mailer.sendSignInLink({ to: identifier, url });
    },
  };
}

function githubProvider(github: { id: string; secret: string }) {
  return GitHubProvider({ clientId: github.id, clientSecret: github.secret });
}

/** Anybody may make an account by signing in, but on a private instance, where its operator makes them. */
async function isWelcome(email: string | null | undefined): Promise<boolean> {
  if (getConfig().instanceAccess === "public") return true;
  const address = email?.trim().toLowerCase() ?? "";
  return address !== "" && (await (await getDeps()).store.accounts.byEmail(address)) !== null;
}
