import { ago, day, minute } from "./format.ts";

/** An absolute day with a relative hint. Rendered on the server, so that it never changes under the reader. */
export function When({ at, now, precise }: { at: Date; now: Date; precise?: boolean }) {
  return (
    <time dateTime={precise ? at.toISOString() : at.toISOString().slice(0, 10)} className="whitespace-nowrap">
      {precise ? minute(at) : day(at)} <span className="text-muted">({ago(at, now)})</span>
    </time>
  );
}
