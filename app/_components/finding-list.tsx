import { visibleText } from "#lib/domain/text/visible.ts";
import { Table, Td, Th } from "./table.tsx";

export type FindingRow = {
  rule: string;
  kind: "secret" | "personal";
  path: string;
  start: number;
  end: number;
};

/** What the scan found, by rule and place. The value itself is never kept; the place leads to it in the trace below. */
export function FindingList({
  findings,
  stepHref,
}: {
  findings: readonly FindingRow[];
  /** Where the trace shows a step. */
  stepHref: (step: number) => string;
}) {
  if (findings.length === 0) return <p className="text-muted">The scan found nothing.</p>;
  return (
    <Table label="Findings">
      <thead>
        <tr>
          <Th>Rule</Th>
          <Th>Kind</Th>
          <Th>Place</Th>
          <Th>Characters</Th>
        </tr>
      </thead>
      <tbody>
        {findings.map((finding) => (
          <tr key={`${finding.path}:${finding.start}:${finding.rule}`}>
            <Td className="whitespace-nowrap">{finding.rule}</Td>
            <Td className="whitespace-nowrap">{finding.kind === "secret" ? "secret" : "personal data"}</Td>
            <Td className="whitespace-nowrap">
              <Place path={finding.path} stepHref={stepHref} />
            </Td>
            <Td className="whitespace-nowrap">
              {/* a value that no single string holds has no characters to name */}
              {finding.start === 0 && finding.end === 0
                ? "spread over several strings"
                : `${finding.start}–${finding.end}`}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** Paths name steps from 0, as JSON does; steps on pages count from 1. A place outside the steps is named by its path. */
function Place({ path, stepHref }: { path: string; stepHref: (step: number) => string }) {
  const [, index, rest = ""] = /^steps\[(\d+)\]\.?(.*)$/.exec(path) ?? [];
  if (index === undefined) return <code className="text-sm">{visibleText(path)}</code>;
  const step = Number(index) + 1;
  return (
    <span title={visibleText(path)}>
      <a href={stepHref(step)} className="text-accent underline">
        step {step}
      </a>
      , {partWord(rest)}
    </span>
  );
}

function partWord(rest: string): string {
  if (rest.startsWith("args")) return "an argument of the call";
  if (rest.startsWith("tool")) return "the name of the tool";
  if (rest === "thinking") return "its thinking";
  return rest === "text" ? "its text" : visibleText(rest);
}
