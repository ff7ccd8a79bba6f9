import { AppError } from "#lib/domain/errors.ts";
import { isDataFile } from "#lib/domain/snapshot/files.ts";
import { Manifest } from "#lib/domain/snapshot/manifest.ts";
import { compareVersions } from "#lib/domain/snapshot/version.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Snapshot, SnapshotFile, SnapshotFileName } from "#lib/ports/snapshots.ts";
import { type FileStanding, standingsOf } from "./release-gate.ts";
import { provedStream, startedStream } from "./proved-stream.ts";
import { isPublicRelease } from "./public-releases.ts";

export type ReleaseState = "published" | "superseded" | "withheld" | "yanked";

/** What lists of releases show. */
export type ReleaseSummary = {
  version: string;
  state: ReleaseState;
  /** Is it the one that `latest.json` names? */
  latest: boolean;
  publishedAt: Date | null;
  baseVersion: string | null;
  removalOnly: boolean;
  removedCount: number;
  members: number;
  train: number;
  val: number;
  bytes: number;
  /** Members that are not public any more. A count only: no reasons, no times (permanence.md 8). */
  withdrawnSince: number;
};

export type ReleaseFile = Omit<SnapshotFile, "objectKey"> & {
  kind: "data" | "metadata";
  standing: FileStanding;
};

/** One release as its page shows it. */
export type Release = ReleaseSummary & {
  files: ReleaseFile[];
  manifest: Manifest;
  dataCard: string;
  /** The closed reason of a yank. */
  reasonCode: string | null;
  /** The release to use instead, where this one is not the latest. */
  replacement: string | null;
};

/** Every release that has a page, newest version first. */
export async function listReleases(deps: Deps): Promise<ReleaseSummary[]> {
  const releases = await publicReleases(deps);
  const latest = await latestOf(deps, releases);
  return Promise.all(releases.map((snapshot) => summaryOf(deps, snapshot, latest)));
}

/** One release with files, manifest and card. Throws `not_found` for what was never published. */
export async function readRelease(deps: Deps, version: string): Promise<Release> {
  const releases = await publicReleases(deps);
  const snapshot = releases.find((candidate) => candidate.version === version);
  if (!snapshot) throw new AppError("not_found");
  const latest = await latestOf(deps, releases);
  const standings = await standingsOf(deps, snapshot);
  const files = (await deps.store.snapshots.files(snapshot.id)).map(
    ({ objectKey: _key, ...file }): ReleaseFile => {
      return isDataFile(file.name)
        ? { ...file, kind: "data", standing: standings[file.name] }
        : { ...file, kind: "metadata", standing: "served" };
    },
  );
  return {
    ...(await summaryOf(deps, snapshot, latest)),
    files,
    manifest: manifestOf(snapshot),
    dataCard: snapshot.dataCard ?? "",
    reasonCode: snapshot.reasonCode,
    replacement: latest && latest.id !== snapshot.id ? latest.version : null,
  };
}

/** The release that trainers should use, or null while there is none whose every file is served. */
export async function latestRelease(deps: Deps): Promise<Release | null> {
  const latest = await latestOf(deps, await publicReleases(deps));
  return latest ? readRelease(deps, latest.version) : null;
}

/** A file's bytes with what a client needs to check them. */
export type OpenReleaseFile = {
  name: SnapshotFileName;
  bytes: number;
  sha256: string;
  mediaType: string;
  stream: ReadableStream<Uint8Array>;
};

/**
 * One file of a release, through the gate. Throws `not_found` for an unknown release or name, `gone` or `legally_withheld` for
 * data that is kept back, `unavailable` if the object store lacks it or a short one has other bytes; the stream of a long one breaks off. Metadata of a release is always handed out.
 */
export async function openReleaseFile(
  deps: Deps,
  input: { version: string; name: string },
): Promise<OpenReleaseFile> {
  const snapshot = await deps.store.snapshots.byVersion(input.version);
  if (!snapshot || !isPublicRelease(snapshot)) throw new AppError("not_found");
  const file = (await deps.store.snapshots.files(snapshot.id)).find(({ name }) => name === input.name);
  if (!file) throw new AppError("not_found");
  if (isDataFile(file.name)) {
    const standing = (await standingsOf(deps, snapshot))[file.name];
    if (standing !== "served") throw new AppError(standing);
  }
  const object = await deps.objects.open(file.objectKey);
  if (object?.bytes !== file.bytes) {
    await object?.stream.cancel();
    throw new AppError("unavailable", { detail: "The file is missing or damaged." });
  }
  const { name, bytes, sha256 } = file;
  const stream = await startedStream(provedStream(object.stream, sha256));
  return { name, bytes, sha256, mediaType: mediaTypeOf(name), stream };
}

function mediaTypeOf(name: SnapshotFileName): string {
  if (isDataFile(name)) return "application/zstd";
  if (name === "manifest.json") return "application/json";
  return name === "DATA_CARD.md" ? "text/markdown; charset=utf-8" : "text/plain; charset=utf-8";
}

async function publicReleases(deps: Deps): Promise<Snapshot[]> {
  const all = await deps.store.snapshots.list();
  return all.filter(isPublicRelease).sort((a, b) => compareVersions(b.version, a.version));
}

/** The newest published release whose every file is served; superseded, withheld and yanked ones never are the latest. */
async function latestOf(deps: Deps, releases: readonly Snapshot[]): Promise<Snapshot | null> {
  for (const snapshot of releases) {
    if (snapshot.state !== "published") continue;
    const standings = Object.values(await standingsOf(deps, snapshot));
    if (standings.every((standing) => standing === "served")) return snapshot;
  }
  return null;
}

async function summaryOf(deps: Deps, snapshot: Snapshot, latest: Snapshot | null): Promise<ReleaseSummary> {
  const manifest = manifestOf(snapshot);
  return {
    version: snapshot.version,
    state: snapshot.state as ReleaseState, // publicReleases lets no other state through
    latest: latest?.id === snapshot.id,
    publishedAt: snapshot.publishedAt,
    baseVersion: snapshot.baseVersion,
    removalOnly: snapshot.removalOnly,
    removedCount: manifest.removed_count,
    members: manifest.members,
    train: manifest.split.counts.train,
    val: manifest.split.counts.val,
    bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0),
    withdrawnSince: (await deps.store.snapshots.withdrawnMembers(snapshot.id)).length,
  };
}

function manifestOf(snapshot: Snapshot): Manifest {
  const manifest = Manifest.safeParse(snapshot.manifest);
  if (!manifest.success) throw new AppError("internal", { detail: "A release has no readable manifest." });
  return manifest.data;
}
