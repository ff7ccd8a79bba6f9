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
export function FindingList({ findings }: { findings: readonly FindingRow[] }) {
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
            <Td>{finding.rule}</Td>
            <Td>{finding.kind === "secret" ? "secret" : "personal data"}</Td>
            <Td className="wrap-anywhere">
              <Place path={finding.path} />
            </Td>
            <Td>
              {finding.start}–{finding.end}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** Paths name steps from 0, as JSON does; steps on pages count from 1. */
function Place({ path }: { path: string }) {
  const step = /steps\[(\d+)\]/.exec(path)?.[1];
  const code = <code className="text-sm">{visibleText(path)}</code>;
  if (step === undefined) return code;
  return (
    <>
      <a href={`#s${Number(step) + 1}`} className="text-accent underline">
        step {Number(step) + 1}
      </a>{" "}
      {code}
    </>
  );
}
