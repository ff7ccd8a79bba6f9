import { Manifest } from "#lib/domain/snapshot/manifest.ts";
import type { Snapshot, SnapshotFile } from "#lib/ports/snapshots.ts";
import { digestOf, replaceObject } from "./replace-object.ts";
import type { ScrubWay } from "./scrub-tally.ts";

/** Reads the files of one snapshot and compares them with their rows, and the rows with the manifest. */
export async function scrubRelease(way: ScrubWay, release: Snapshot): Promise<void> {
  const files = await way.deps.store.snapshots.files(release.id);
  for (const file of files) await scrubFile(way, release, file);
}

async function scrubFile(way: ScrubWay, release: Snapshot, file: SnapshotFile): Promise<void> {
  const { deps, tally } = way;
  const { objectKey: key, sha256 } = file;
  const subject = `${release.version} ${file.name}`;
  if (!agrees(release, file)) return tally.fault({ kind: "corrupt", subject, repaired: false });
  const object = await deps.objects.open(key);
  tally.read(object?.bytes ?? 0);
  if (object && (await digestOf(object.stream)) === sha256) return;
  // built anew meanwhile: the row names another object now
  const now = await deps.store.snapshots.files(release.id);
  if (!now.some(({ objectKey }) => objectKey === key)) return;
  const { source } = way;
  const repaired =
    way.repair &&
    source !== undefined &&
    (await replaceObject(deps, { key, sha256, open: () => source.open(key) }));
  tally.fault({ kind: object ? "corrupt" : "missing", subject, repaired });
}

/** What the manifest says of a file is what its row says. The manifest does not name itself and what is made of it. */
function agrees({ manifest }: Snapshot, { name, sha256 }: SnapshotFile): boolean {
  if (manifest === null) return true;
  const parsed = Manifest.safeParse(manifest);
  if (!parsed.success) return false;
  const named = parsed.data.files.find((file) => file.name === name);
  return named === undefined || named.sha256 === sha256;
}
