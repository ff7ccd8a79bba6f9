import { Badge } from "./badge.tsx";
import { bytes, number } from "./format.ts";
import type { ReleaseFileRow } from "./release-types.ts";
import { ShortId } from "./short-id.tsx";
import { Table, Td, Th } from "./table.tsx";

export type ReleaseFileStanding = "served" | "gone" | "legally_withheld";

/** The files of a release with sizes and both digests. A file that is kept back is named, and says so. */
export function ReleaseFiles({ files, base }: { files: readonly ReleaseFileRow[]; base: string }) {
  const dataFirst = [...files].sort((a, b) => a.kind.localeCompare(b.kind));
  return (
    <Table label="Files of this release">
      <thead>
        <tr>
          <Th>File</Th>
          <Th className="text-right">Rows</Th>
          <Th className="text-right">Size</Th>
          <Th>SHA-256</Th>
          <Th>Content digest</Th>
        </tr>
      </thead>
      <tbody>
        {dataFirst.map((file) => (
          <tr key={file.name}>
            <Td className="whitespace-nowrap">
              <FileName file={file} base={base} />
            </Td>
            <Td className="text-right">{file.rows === null ? "–" : number(file.rows)}</Td>
            <Td className="text-right whitespace-nowrap">{bytes(file.bytes)}</Td>
            <Td>
              <ShortId value={file.sha256} label={`SHA-256 of ${file.name}`} />
            </Td>
            <Td>
              {file.kind === "data" ? (
                <ShortId value={file.contentSha256} label={`content digest of ${file.name}`} />
              ) : (
                <span className="text-muted">the same</span>
              )}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function FileName({ file, base }: { file: ReleaseFileRow; base: string }) {
  if (file.standing === "served")
    return (
      <a href={`${base}/${file.name}`} download className="text-accent underline">
        <code>{file.name}</code>
      </a>
    );
  return (
    <span className="inline-flex items-center gap-2">
      <code className="text-withdrawn line-through">{file.name}</code>
      <Badge meaning={file.standing === "gone" ? "withdrawn" : "held"}>
        {file.standing === "gone" ? "not served any more" : "withheld under a legal order"}
      </Badge>
    </span>
  );
}
