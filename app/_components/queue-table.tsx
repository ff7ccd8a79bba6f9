import Link from "next/link";
import type { EpisodeState } from "#lib/domain/lifecycle/episode-states.ts";
import { visibleText } from "#lib/domain/text/visible.ts";
import { Badge } from "./badge.tsx";
import { counted } from "./format.ts";
import { Table, Td, Th } from "./table.tsx";
import { When } from "./when.tsx";
import { EPISODE_WORDS, reasonWord } from "./words.ts";

export type QueueTableRow = {
  id: string;
  title: string;
  sourceTool: string;
  disclosure: string;
  steps: number;
  receivedAt: Date;
  reviewReasons: readonly string[];
  state: EpisodeState;
  reason: string | null;
  claimedBy: string | null;
  findings: number;
};

/** Episodes that wait for staff or are held by them, each saying why. */
export function QueueTable({
  rows,
  now,
  label,
}: {
  rows: readonly QueueTableRow[];
  now: Date;
  label: string;
}) {
  return (
    <Table label={label} stacked>
      <thead>
        <tr>
          <Th>Episode</Th>
          <Th>Why</Th>
          <Th>State</Th>
          <Th>Received</Th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <Td className="min-w-64">
              <Link
                href={`/moderation/episodes/${row.id}`}
                prefetch={false}
                data-row
                className="wrap-anywhere text-accent underline"
              >
                {visibleText(row.title)}
              </Link>
              <p className="text-sm text-muted">
                {visibleText(row.sourceTool)} · {counted(row.steps, "step")} · {row.disclosure}
              </p>
            </Td>
            <Td className="min-w-48">{whyOf(row)}</Td>
            <Td>
              <Badge meaning={EPISODE_WORDS[row.state].meaning}>{EPISODE_WORDS[row.state].word}</Badge>
              {row.claimedBy && row.state === "in_review" && <p className="text-sm text-muted">claimed</p>}
            </Td>
            <Td>
              <When at={row.receivedAt} now={now} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function whyOf(row: QueueTableRow): string {
  const codes = row.state === "hidden" || row.state === "taken_down" ? [row.reason] : row.reviewReasons;
  const words = codes.flatMap((code) => (code === null ? [] : [reasonWord(code)]));
  if (row.findings > 0) words.push(counted(row.findings, "open finding"));
  return words.length > 0 ? words.join(" · ") : "waiting for the release rule";
}
