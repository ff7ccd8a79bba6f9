import Link from "next/link";
import type { CaseCategory, CaseState } from "#lib/domain/lifecycle/case-states.ts";
import { Chip } from "./chip.tsx";
import { counted } from "./format.ts";
import { Table, Td, Th } from "./table.tsx";
import { When } from "./when.tsx";
import { CASE_WORDS, CATEGORIES } from "./words.ts";

export type CaseRow = {
  id: string;
  number: string;
  band: number;
  category: CaseCategory;
  state: CaseState;
  reports: number;
  openedAt: Date;
};

/** Open cases, each saying why it stands where it stands. */
export function CaseTable({ cases, now }: { cases: readonly CaseRow[]; now: Date }) {
  return (
    <Table label="Open reports" stacked>
      <thead>
        <tr>
          <Th>Case</Th>
          <Th>Why</Th>
          <Th>State</Th>
          <Th>Opened</Th>
        </tr>
      </thead>
      <tbody>
        {cases.map((entry) => (
          <tr key={entry.id}>
            <Td className="whitespace-nowrap">
              <Link
                href={`/moderation/cases/${entry.id}`}
                prefetch={false}
                data-row
                className="font-medium text-accent underline"
              >
                {entry.number}
              </Link>
            </Td>
            <Td>
              <span className="inline-flex flex-wrap items-center gap-2">
                <Chip>P{entry.band}</Chip>
                {CATEGORIES[entry.category].word} · {counted(entry.reports, "reporter")}
              </span>
            </Td>
            <Td>{CASE_WORDS[entry.state]}</Td>
            <Td>
              <When at={entry.openedAt} now={now} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
