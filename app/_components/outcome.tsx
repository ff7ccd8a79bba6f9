import type { OutcomeBasis, OutcomeStatus } from "#lib/domain/episode/lists.ts";
import { Badge } from "./badge.tsx";
import { BASES, OUTCOMES } from "./words.ts";

/** How a session ended, never without what that is based on. */
export function Outcome({ status, basis }: { status: OutcomeStatus; basis: OutcomeBasis }) {
  const { word, meaning } = OUTCOMES[status];
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <Badge meaning={meaning}>{word}</Badge>
      <span className="text-sm text-muted">{BASES[basis]}</span>
    </span>
  );
}
