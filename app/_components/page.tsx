import type { ReactNode } from "react";
import { cn } from "./cn.ts";

/** The frame of a page's content: gutters, width and the place that the skip link goes to. */
export function Page({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <main
      id="content"
      tabIndex={-1}
      className={cn(
        "mx-auto w-full max-w-page flex-1 space-y-6 px-4 py-6 outline-none md:px-6 xl:px-8",
        className,
      )}
    >
      {children}
    </main>
  );
}

/** A page's heading with its one line of facts. */
export function PageTitle({ children, facts }: { children: ReactNode; facts?: ReactNode }) {
  return (
    <div className="space-y-1">
      <h1 className="text-xl font-semibold wrap-anywhere">{children}</h1>
      {facts && <p className="text-muted">{facts}</p>}
    </div>
  );
}

/** A titled part of a page. */
export function Section({
  title,
  id,
  children,
  aside,
}: {
  title: string;
  id?: string;
  children: ReactNode;
  aside?: ReactNode;
}) {
  return (
    <section className="space-y-3" {...(id ? { id } : {})}>
      <div className="flex flex-wrap items-baseline justify-between gap-2">
        <h2 className="text-lg font-semibold">{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** Running text at reading width. */
export function Prose({ children }: { children: ReactNode }) {
  return (
    <div className="max-w-prose space-y-3 [&_a]:text-accent [&_a]:underline [&_code]:rounded-token [&_code]:bg-raised [&_code]:px-1 [&_h2]:pt-4 [&_h2]:text-lg [&_h2]:font-semibold [&_li]:ml-5 [&_li]:list-disc [&_ul]:space-y-1">
      {children}
    </div>
  );
}
