import { X } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";

/** A small neutral label. */
export function Chip({ children, title }: { children: ReactNode; title?: string }) {
  return (
    <span
      title={title}
      className="inline-flex items-center gap-1 rounded-token border border-line bg-raised px-1.5 text-xs text-muted"
    >
      {children}
    </span>
  );
}

/** A filter in force; following it takes the filter away. */
export function RemovableChip({ label, href }: { label: string; href: `/?${string}` }) {
  return (
    <Link
      href={href}
      prefetch={false}
      aria-label={`Remove filter ${label}`}
      className="inline-flex min-h-7 items-center gap-1 rounded-token border border-accent bg-accent-soft px-2 text-sm text-ink no-underline hover:border-accent-strong"
    >
      {label}
      <X aria-hidden className="size-3.5" />
    </Link>
  );
}
