import Link from "next/link";
import { CircleX } from "lucide-react";
import { visibleText } from "#lib/domain/text/visible.ts";
import type { OutlineItem } from "#lib/domain/text/trace.ts";
import { counted } from "#app/_components/format.ts";

const LIMIT = 300;

/** Prompts, runs of calls and failures as links. `href` names the place of a step, which may be on another part. */
export function Outline({
  items,
  href,
}: {
  items: readonly OutlineItem[];
  href: (step: number) => `/episodes/${string}` | `#${string}`;
}) {
  return (
    <nav aria-label="Outline of the trace">
      <ol className="text-sm">
        {items.slice(0, LIMIT).map((item) => (
          <li key={item.number}>
            <Link
              href={href(item.number) as `/episodes/${string}`}
              prefetch={false}
              className="flex min-h-7 items-center gap-2 rounded-token px-2 text-muted no-underline hover:bg-raised hover:text-ink"
            >
              <Item item={item} />
            </Link>
          </li>
        ))}
      </ol>
      {items.length > LIMIT && (
        <p className="px-2 pt-2 text-sm text-muted">
          {counted(items.length - LIMIT, "more line")} not listed here
        </p>
      )}
    </nav>
  );
}

function Item({ item }: { item: OutlineItem }) {
  if (item.kind === "prompt")
    return (
      <span className="line-clamp-2 border-l-3 border-step-user pl-2 text-ink">{firstLine(item.text)}</span>
    );
  if (item.kind === "failure")
    return (
      <>
        <CircleX aria-hidden className="size-4 shrink-0 text-failure" />
        <span className="truncate text-failure">
          {visibleText(item.tool)} failed · step {item.number}
        </span>
      </>
    );
  return (
    <span className="truncate border-l-3 border-step-quiet pl-2">
      {visibleText(item.tool)} {item.count > 1 && `×${item.count}`}
    </span>
  );
}

function firstLine(text: string): string {
  const line = visibleText(text.trim().split("\n", 1)[0]?.slice(0, 120) ?? "");
  return line === "" ? "prompt" : line;
}
