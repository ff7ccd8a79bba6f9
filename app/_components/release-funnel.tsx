import type { Manifest } from "#lib/domain/snapshot/manifest.ts";
import { counted, number } from "./format.ts";
import { Table, Td, Th } from "./table.tsx";

const EXCLUSION_WORDS: Record<keyof Manifest["excluded"], string> = {
  unavailable: "not public at the moment of release",
  consent: "consent not in force",
  license: "licence not accepted",
  scan: "not scanned under the current rules, or with open findings",
  shared_token: "uploaded with a shared token, not claimed",
  duplicate_content_hash: "exact duplicate of another record",
  duplicate_record: "the same session content under another id",
};

/** From what was there to what was released, with what was left out and why. */
export function ReleaseFunnel({ manifest }: { manifest: Manifest }) {
  const excluded = Object.entries(EXCLUSION_WORDS).flatMap(([reason, words]) => {
    // the keys of the table above are the closed list itself
    const count = manifest.excluded[reason as keyof Manifest["excluded"]];
    return count ? [{ words, count }] : [];
  });
  return (
    <Table label="From candidates to members">
      <thead>
        <tr>
          <Th>Step</Th>
          <Th className="text-right">Records</Th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <Td>candidates when the list was frozen</Td>
          <Td className="text-right">{number(manifest.candidates)}</Td>
        </tr>
        {excluded.map(({ words, count }) => (
          <tr key={words}>
            <Td className="pl-6 text-muted">{words}</Td>
            <Td className="text-right text-muted">−{number(count)}</Td>
          </tr>
        ))}
        <tr>
          <Td className="font-medium">released</Td>
          <Td className="text-right font-medium">{counted(manifest.members, "record")}</Td>
        </tr>
      </tbody>
    </Table>
  );
}
