import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";

/** A part beside the main column: folds away on small screens, always open on wide ones. Needs no script. */
export function Aside({ title, children }: { title: string; children: ReactNode }) {
  return (
    <details className="aside rounded-token border border-line lg:sticky lg:top-0 lg:max-h-dvh lg:self-start lg:overflow-y-auto lg:rounded-none lg:border-0">
      <summary className="flex min-h-9 items-center gap-2 px-3 font-medium lg:hidden">
        <ChevronRight aria-hidden className="turns size-4 text-muted" />
        {title}
      </summary>
      <div className="space-y-4 px-3 pb-3 lg:px-1 lg:py-0">{children}</div>
    </details>
  );
}
