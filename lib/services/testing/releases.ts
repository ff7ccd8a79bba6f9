import { OPERATOR } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import { DATA_FILES, type DataFileName } from "#lib/domain/snapshot/files.ts";
import { rowId } from "#lib/domain/snapshot/scrub.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { SnapshotFileName } from "#lib/ports/snapshots.ts";
import { buildSnapshot } from "#lib/services/build-snapshot.ts";
import { ingest } from "#lib/services/ingest.ts";
import { purgeEpisode } from "#lib/services/purge.ts";
import { openReleaseFile, readRelease } from "#lib/services/read-release.ts";
import { approveSnapshot, publishSnapshot, requestSnapshot } from "#lib/services/release.ts";
import { revokeEpisode } from "#lib/services/revoke.ts";
import { screenEpisode } from "#lib/services/screen.ts";
import { storeBody } from "#lib/services/store-body.ts";
import type { TestPlatform } from "./platform.ts";
import { bytesOf, sampleRecord } from "./records.ts";

type Upload = { n: number; who?: string; disclosure?: "raw" | "summary"; session?: string; shared?: boolean };

export type ReleaseTools = ReturnType<typeof releaseTools>;

/** The road of an episode into a release, each job done by hand, on a platform that does not work on its queues. */
export function releaseTools(platform: TestPlatform) {
  async function contribute(uploads: readonly Upload[]): Promise<string[]> {
    const ids: string[] = [];
    for (const { n, who = "ada", shared = false, ...rest } of uploads) {
      const actor = await platform.uploader(`${who}@example.org`, { shared });
      const session = rest.session ?? `session-${n}`;
      const record = sampleRecord({
        ...rest,
        contributor: who,
        session,
        ordinal: n,
        prompt: `Fix test number ${n}`,
      });
      await ingest(platform.deps, actor, { bytes: bytesOf(record) });
      await storeBody(platform.deps, { episodeId: record.id });
      await screenEpisode(platform.deps, { episodeId: record.id });
      ids.push(record.id);
    }
    return ids;
  }

  async function build(version: string): Promise<void> {
    const snapshot = await platform.deps.store.snapshots.byVersion(version);
    await buildSnapshot(platform.deps, { snapshotId: snapshot?.id ?? "" });
  }

  async function publish(version: string): Promise<void> {
    const { deps } = platform;
    await requestSnapshot(deps, OPERATOR, { version });
    await build(version);
    await approveSnapshot(deps, OPERATOR, { version });
    await publishSnapshot(deps, OPERATOR, { version });
  }

  async function bytesOfFile(version: string, name: string): Promise<Uint8Array> {
    const { stream } = await openReleaseFile(platform.deps, { version, name });
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  async function textOf(version: string, name: SnapshotFileName): Promise<string> {
    const bytes = await bytesOfFile(version, name);
    const plain = name.endsWith(".zst") ? await platform.deps.codec.decompress(bytes, 10_000_000) : bytes;
    return new TextDecoder().decode(plain);
  }

  /** The data files with a row of the episode. Accounts are random, so its split is not known beforehand. */
  async function carriersOf(version: string, id: string): Promise<DataFileName[]> {
    const texts = await Promise.all(DATA_FILES.map((name) => textOf(version, name)));
    return DATA_FILES.filter((_, index) => idsIn(texts[index] ?? "").includes(id));
  }

  async function standingOf(deps: Deps, version: string): Promise<Record<string, string>> {
    const { files } = await readRelease(deps, version);
    return Object.fromEntries(files.map(({ name, standing }) => [name, standing]));
  }

  const refusalOf = (deps: Deps, name: string) =>
    openReleaseFile(deps, { version: "1.0.0", name }).then(
      async ({ stream }) => {
        await stream.cancel();
        return "served";
      },
      (error: unknown) => (error instanceof AppError ? error.code : String(error)),
    );

  const stateOf = async (version: string) => (await platform.deps.store.snapshots.byVersion(version))?.state;

  async function revoke(id: string, who = "ada"): Promise<void> {
    await revokeEpisode(platform.deps, await platform.uploader(`${who}@example.org`), { episodeId: id });
    await purgeEpisode(platform.deps, { episodeId: id });
  }

  return {
    contribute,
    build,
    publish,
    bytesOfFile,
    textOf,
    carriersOf,
    standingOf,
    refusalOf,
    stateOf,
    revoke,
  };
}

/** The ids of a data file's rows. */
export function idsIn(text: string): (string | null)[] {
  return text.split("\n").filter(Boolean).map(rowId);
}
