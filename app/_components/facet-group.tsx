import { Square, SquareCheck } from "lucide-react";
import Link from "next/link";
import { number } from "./format.ts";

export type FacetValue = { value: string; word: string; count: number; on: boolean; href: `/?${string}` };

/** One facet: its values with counts, as links that switch them on and off. */
export function FacetGroup({
  title,
  values,
  exact,
}: {
  title: string;
  values: readonly FacetValue[];
  exact: boolean;
}) {
  if (values.length === 0) return null;
  return (
    <section className="space-y-1">
      <h2 className="text-sm font-medium text-muted">{title}</h2>
      <ul>
        {values.map((item) => (
          <li key={item.value}>
            <Link
              href={item.href}
              prefetch={false}
              rel="nofollow"
              aria-current={item.on ? "true" : undefined}
              className="flex min-h-7 items-center gap-2 rounded-token px-1 text-ink no-underline hover:bg-raised aria-[current]:font-medium"
            >
              {item.on ? (
                <SquareCheck aria-hidden className="size-4 shrink-0 text-accent" />
              ) : (
                <Square aria-hidden className="size-4 shrink-0 text-line-strong" />
              )}
              <span className="min-w-0 truncate">{item.word}</span>
              <span className="ml-auto text-sm text-muted tabular-nums">
                {exact ? "" : "≈ "}
                {number(item.count)}
                <span className="sr-only"> {item.count === 1 ? "episode" : "episodes"}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
