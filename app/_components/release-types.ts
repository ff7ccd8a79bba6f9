import type { ReleaseFileStanding } from "./release-files.tsx";

/** A release as lists show it. */
export type ReleaseRow = {
  version: string;
  state: "published" | "superseded" | "withheld" | "yanked";
  latest: boolean;
  publishedAt: Date | null;
  baseVersion: string | null;
  removalOnly: boolean;
  removedCount: number;
  members: number;
  bytes: number;
  withdrawnSince: number;
};

export type ReleaseFileRow = {
  name: string;
  kind: "data" | "metadata";
  standing: ReleaseFileStanding;
  bytes: number;
  rows: number | null;
  sha256: string;
  contentSha256: string;
};
