import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import { connection } from "next/server";
import type { ReactNode } from "react";
import { AccountMenu, SignInLink } from "#app/_components/account-menu.tsx";
import { PauseBanner } from "#app/_components/pause-banner.tsx";
import { SiteFooter } from "#app/_components/site-footer.tsx";
import { SiteHeader } from "#app/_components/site-header.tsx";
import { type Theme, THEMES } from "#app/_components/theme.ts";
import { mayRead } from "#app/_server/access.ts";
import { visitor } from "#app/_server/session.ts";
import { SignOutButton } from "#app/sign-in/sign-out-button.tsx";
import { getDeps } from "#lib/container.ts";
import { can } from "#lib/domain/access/policy.ts";
import { isPaused } from "#lib/services/pause.ts";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "trace-share", template: "%s · trace-share" },
  description:
    "Sessions of coding agents, sanitized by their contributors, reviewed in public, released as datasets.",
};

export const viewport: Viewport = { width: "device-width", initialScale: 1, colorScheme: "light dark" };

/** Every page is rendered per request: the nonce of its scripts is (docs/SECURITY.md). */
export default async function RootLayout({ children }: { children: ReactNode }) {
  await connection();
  const { actor, email } = await visitor();
  const paused = await isPaused(await getDeps());
  const theme = await chosenTheme();
  return (
    <html lang="en" data-theme={theme} className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body className="flex flex-col">
        <a
          href="#content"
          className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:rounded-token focus:bg-page focus:p-3"
        >
          Skip to the content
        </a>
        <SiteHeader
          readable={mayRead(actor)}
          staff={can(actor, "queue.read").ok}
          theme={theme}
          account={email ? <AccountMenu email={email} signOut={<SignOutButton />} /> : <SignInLink />}
        />
        {paused && <PauseBanner />}
        {children}
        <SiteFooter readable={mayRead(actor)} />
      </body>
    </html>
  );
}

async function chosenTheme(): Promise<Theme> {
  const stored = (await cookies()).get("theme")?.value;
  return THEMES.find((theme) => theme === stored) ?? "system";
}
