import Link from "next/link";
import type { Manifest } from "#lib/domain/snapshot/manifest.ts";
import { Fact, Facts } from "./facts.tsx";
import { counted, number } from "./format.ts";
import { Notice } from "./notice.tsx";
import { ReleaseBadge } from "./release-list.tsx";
import type { ReleaseRow } from "./release-types.ts";
import { ShortId } from "./short-id.tsx";
import { When } from "./when.tsx";
import { reasonWord } from "./words.ts";

type Shown = ReleaseRow & { replacement: string | null; reasonCode: string | null };

/** What this release is, whether it is the one to use, and how it was split. */
export function ReleaseHead({ release, manifest, now }: { release: Shown; manifest: Manifest; now: Date }) {
  const licenses = Object.entries(manifest.license_counts).map(([name, count]) => `${name} ${number(count)}`);
  return (
    <header className="space-y-4">
      <div className="space-y-2">
        <div className="flex flex-wrap items-center gap-3">
          <h1 className="text-xl font-semibold">Release {release.version}</h1>
          <ReleaseBadge release={release} />
        </div>
        <p className="text-muted">
          {counted(release.members, "record")} · {licenses.join(" · ")} ·{" "}
          {counted(release.withdrawnSince, "record")} withdrawn since
        </p>
      </div>
      <Standing release={release} />
      <Facts>
        <Fact name="Published">
          {release.publishedAt ? <When at={release.publishedAt} now={now} /> : "–"}
        </Fact>
        {release.baseVersion && (
          <Fact name="Based on">
            <Link href={`/releases/${release.baseVersion}`} className="text-accent underline">
              {release.baseVersion}
            </Link>
            {release.removalOnly &&
              `, minus ${counted(release.removedCount, "withdrawn record")}; nothing else changed`}
          </Fact>
        )}
        <Fact name="Split">
          {number(manifest.split.counts.train)} train, {number(manifest.split.counts.val)} validation, by{" "}
          {manifest.split.rule}
        </Fact>
        <Fact name="Members">
          <ShortId value={manifest.members_digest} label="digest of the member list" />
        </Fact>
        <Fact name="Deny-list">position {number(manifest.deny_list_seq)} when it was built</Fact>
      </Facts>
    </header>
  );
}

function Standing({ release }: { release: Shown }) {
  const instead = release.replacement && (
    <p>
      Use{" "}
      <Link href={`/releases/${release.replacement}`} className="text-accent underline">
        {release.replacement}
      </Link>{" "}
      instead.
    </p>
  );
  if (release.state === "yanked")
    return (
      <Notice meaning="withdrawn" title="This release was yanked. Its data files are not served any more.">
        {release.reasonCode && <p>{reasonWord(release.reasonCode)}.</p>}
        {instead}
      </Notice>
    );
  if (release.state === "withheld")
    return (
      <Notice meaning="held" title="Files of this release are withheld while something is checked.">
        {instead}
      </Notice>
    );
  if (release.withdrawnSince > 0)
    return (
      <Notice
        meaning="held"
        title={`${counted(release.withdrawnSince, "record")} of this release ${release.withdrawnSince === 1 ? "was" : "were"} withdrawn since.`}
      >
        {instead ?? (
          <p>
            A release without {release.withdrawnSince === 1 ? "it" : "them"} is on its way. Drop the ids of
            the deny-list from copies that you hold.
          </p>
        )}
      </Notice>
    );
  return instead ? <Notice title="There is a newer release.">{instead}</Notice> : null;
}
