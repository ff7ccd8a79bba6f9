import { counted, number } from "./format.ts";

/** A small bar chart that is also a list: names, counts and bars. */
export function Bars({
  title,
  rows,
  unit = "episode",
}: {
  title: string;
  rows: readonly { name: string; count: number }[];
  unit?: string;
}) {
  const top = Math.max(1, ...rows.map((row) => row.count));
  return (
    <figure className="space-y-2">
      <figcaption className="text-sm font-medium text-muted">{title}</figcaption>
      <ul className="space-y-1">
        {rows.map((row) => (
          <li key={row.name} className="grid grid-cols-[8rem_minmax(0,1fr)_3rem] items-center gap-2 text-sm">
            <span className="truncate">{row.name}</span>
            <svg
              viewBox="0 0 100 8"
              preserveAspectRatio="none"
              className="h-2 w-full"
              role="img"
              aria-label={counted(row.count, unit)}
            >
              <rect width="100" height="8" className="fill-sunken" />
              <rect width={(row.count / top) * 100} height="8" className="fill-accent" />
            </svg>
            <span aria-hidden className="text-right text-muted tabular-nums">
              {number(row.count)}
            </span>
          </li>
        ))}
      </ul>
    </figure>
  );
}
