import Link from "next/link";
import { Badge } from "./badge.tsx";
import { bytes, counted } from "./format.ts";
import type { ReleaseRow } from "./release-types.ts";
import { Table, Td, Th } from "./table.tsx";
import { When } from "./when.tsx";
import { SNAPSHOT_WORDS } from "./words.ts";

/** Every release that was ever published, newest first. */
export function ReleaseList({ releases, now }: { releases: readonly ReleaseRow[]; now: Date }) {
  return (
    <Table label="Releases" stacked>
      <thead>
        <tr>
          <Th>Version</Th>
          <Th>State</Th>
          <Th className="text-right">Records</Th>
          <Th className="text-right">Size</Th>
          <Th>Published</Th>
          <Th>Since</Th>
        </tr>
      </thead>
      <tbody>
        {releases.map((release) => (
          <tr key={release.version}>
            <Td>
              <Link
                href={`/releases/${release.version}`}
                data-row
                className="font-medium text-accent underline"
              >
                {release.version}
              </Link>
            </Td>
            <Td>
              <ReleaseBadge release={release} />
            </Td>
            <Td className="sm:text-right">{counted(release.members, "record")}</Td>
            <Td className="whitespace-nowrap sm:text-right">{bytes(release.bytes)}</Td>
            <Td>{release.publishedAt ? <When at={release.publishedAt} now={now} /> : "–"}</Td>
            <Td>
              {release.withdrawnSince === 0 ? (
                <span className="text-muted">none withdrawn</span>
              ) : (
                `${counted(release.withdrawnSince, "record")} withdrawn`
              )}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** Is it the one to use? */
export function ReleaseBadge({
  release,
}: {
  release: Pick<ReleaseRow, "state" | "latest" | "withdrawnSince">;
}) {
  if (release.latest) return <Badge meaning="success">latest usable</Badge>;
  if (release.state === "published" && release.withdrawnSince > 0)
    return <Badge meaning="held">waits for its patch</Badge>;
  const { word, meaning } = SNAPSHOT_WORDS[release.state];
  // published but not the latest: a file of it is kept back, or a newer one is out
  return (
    <Badge meaning={release.state === "published" ? "none" : meaning}>
      {release.state === "published" ? "not the latest" : word}
    </Badge>
  );
}
