import Link from "next/link";
import type { ReactNode } from "react";
import { NavLink } from "./nav-link.tsx";
import type { Theme } from "./theme.ts";
import { ThemeSwitch } from "./theme-switch.tsx";

type Props = { readable: boolean; staff: boolean; theme: Theme; account: ReactNode };

/**
 * The top of every page. `account` is the sign-in link, or the menu of the person who is signed in. What a visitor of a private
 * instance may not read is not offered.
 */
export function SiteHeader({ readable, staff, theme, account }: Props) {
  return (
    <header className="border-b border-line">
      <div className="mx-auto flex max-w-page flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 md:px-6 xl:px-8">
        <Link href="/" className="mr-auto font-semibold text-ink no-underline md:mr-2">
          trace-share
        </Link>
        <nav
          aria-label="Main"
          className="order-last -mx-2 flex w-full flex-wrap gap-1 md:order-none md:mr-auto md:ml-0 md:w-auto"
        >
          {readable && <NavLink page="search">Search</NavLink>}
          {readable && <NavLink page="releases">Releases</NavLink>}
          {staff && <NavLink page="moderation">Moderation</NavLink>}
          {readable && <NavLink page="about">About</NavLink>}
        </nav>
        <ThemeSwitch initial={theme} />
        {account}
      </div>
    </header>
  );
}
