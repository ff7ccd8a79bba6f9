import { Info } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn.ts";
import { type Meaning, MeaningIcon } from "./badge.tsx";

const BORDERS: Record<Meaning, string> = {
  success: "border-success",
  failure: "border-failure",
  held: "border-held",
  withdrawn: "border-withdrawn",
  none: "border-line-strong",
};

/** A message in the flow of the page. Failures and results of a form are announced to screen readers. */
export function Notice({
  meaning = "none",
  title,
  children,
  announce,
}: {
  meaning?: Meaning;
  title?: string;
  children?: ReactNode;
  announce?: boolean;
}) {
  const role = announce ? (meaning === "failure" ? "alert" : "status") : undefined;
  return (
    <div
      role={role}
      className={cn("flex gap-3 rounded-token border-l-3 bg-raised px-4 py-3", BORDERS[meaning])}
    >
      {meaning === "none" ? (
        <Info aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
      ) : (
        <MeaningIcon meaning={meaning} className="mt-0.5" />
      )}
      <div className="min-w-0 flex-1 space-y-1">
        {title && <p className="font-medium">{title}</p>}
        {children && <div className="max-w-prose text-base">{children}</div>}
      </div>
    </div>
  );
}
