"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";

const PAGES = { search: "/", releases: "/releases", moderation: "/moderation", about: "/about" } as const;

/** A link of the main navigation that knows where the reader is. */
export function NavLink({ page, children }: { page: keyof typeof PAGES; children: string }) {
  const path = usePathname();
  const href = PAGES[page];
  const here = href === "/" ? path === "/" || path.startsWith("/episodes") : path.startsWith(href);
  return (
    <Link
      href={href}
      aria-current={here ? "page" : undefined}
      className="inline-flex min-h-9 items-center rounded-token px-2 text-muted no-underline hover:bg-raised hover:text-ink aria-[current]:font-medium aria-[current]:text-ink"
    >
      {children}
    </Link>
  );
}
