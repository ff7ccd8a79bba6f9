import { ChevronDown, CircleUser } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";

const ITEM = "flex min-h-9 w-full items-center px-3 text-left text-ink no-underline hover:bg-raised";

/** The signed-in person's own pages; works without scripts. `signOut` is the form that ends the session. */
export function AccountMenu({ email, signOut }: { email: string; signOut: ReactNode }) {
  return (
    <details className="relative">
      <summary className="inline-flex min-h-9 max-w-48 items-center gap-1 rounded-token px-2 hover:bg-raised">
        <CircleUser aria-hidden className="size-4 shrink-0 text-muted" />
        <span className="truncate max-sm:sr-only">{email}</span>
        <ChevronDown aria-hidden className="size-4 shrink-0 text-muted" />
      </summary>
      <div className="absolute right-0 z-10 mt-1 w-48 overflow-hidden rounded-token border border-line-strong bg-page py-1">
        <p className="truncate px-3 py-1 text-sm text-muted sm:hidden">{email}</p>
        <Link className={ITEM} href="/me/episodes">
          My episodes
        </Link>
        <Link className={ITEM} href="/me/tokens">
          My tokens
        </Link>
        <div className="mt-1 border-t border-line px-1 pt-1">{signOut}</div>
      </div>
    </details>
  );
}

/** What a visitor sees in the menu's place. */
export function SignInLink() {
  return (
    <Button asChild>
      <Link href="/sign-in">Sign in</Link>
    </Button>
  );
}
