import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { migrate } from "#db/migrate.ts";
import { loadConfig } from "#lib/config.ts";
import { createDeps, prepareJobs } from "#lib/container.ts";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { sampleContributors, seedEpisodes } from "./snapshot-episodes.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { buildSnapshot } from "#lib/services/build-snapshot.ts";
import { openReleaseFile, readRelease } from "#lib/services/read-release.ts";
import { approveSnapshot, publishSnapshot, requestSnapshot } from "#lib/services/release.ts";
import { startEmbedded } from "#workers/embedded-postgres/server.ts";

const VERSION = "1.0.0";
/** Signs nothing that outlives the run. */
const SECRET = "of no meaning outside this benchmark";

/**
 * `npm run bench:snapshot [-- --episodes N]`: freezes, builds, verifies and publishes a snapshot of N generated episodes with
 * the real services, on the embedded PostgreSQL and files in a folder of its own.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { episodes: { type: "string", default: "10000" } } });
  const episodes = Number(values.episodes);
  if (!Number.isInteger(episodes) || episodes < 1)
    throw new Error("--episodes must be a whole number from 1 on");
  const folder = mkdtempSync(join(tmpdir(), "trace-share-bench-"));
  // Root runs the database as another user, who has to pass.
  chmodSync(folder, 0o711);
  try {
    const server = await startEmbedded({ dataDir: join(folder, "database") });
    try {
      await migrate(server.url);
      await prepareJobs(server.url);
      await bench({ url: server.url, dataDir: join(folder, "data"), episodes });
    } finally {
      await server.release();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bench(input: { url: string; dataDir: string; episodes: number }): Promise<void> {
  const { url, dataDir, episodes } = input;
  const config = loadConfig({
    DATABASE_URL: url,
    DATA_DIR: dataDir,
    LOG_LEVEL: "silent",
    NEXTAUTH_SECRET: SECRET,
  });
  const { deps, close } = await createDeps(config);
  try {
    say(`snapshot bench: ${episodes} episodes, embedded PostgreSQL, files, ${deps.codec.library}`);
    const contributors = await sampleContributors(deps);
    await timed("seed (not part of a build)", () => seedEpisodes(deps, { episodes, contributors }));
    say(`memory before: ${megabytes(process.memoryUsage().rss)} MB`);
    const { id } = await timed("freeze", () => requestSnapshot(deps, OPERATOR, { version: VERSION }));
    await timed("build and verify", () => buildSnapshot(deps, { snapshotId: id }));
    await sayStages(deps, id);
    await approveSnapshot(deps, OPERATOR, { version: VERSION });
    await timed("publish, every member checked under lock", () =>
      publishSnapshot(deps, OPERATOR, { version: VERSION }),
    );
    await sayFiles(deps);
    say(`peak memory: ${megabytes(process.resourceUsage().maxRSS * 1024)} MB`);
  } finally {
    await close();
  }
}

/** The two builds by the clock of the snapshot's own events. */
async function sayStages(deps: Deps, id: string): Promise<void> {
  const log = await deps.store.snapshots.log(id);
  const at = (event: string) => log.findLast((row) => row.event === event)?.at.getTime() ?? Number.NaN;
  const snapshot = await deps.store.snapshots.byId(id);
  const rows = (await deps.store.snapshots.files(id)).reduce((sum, file) => sum + (file.rows ?? 0), 0);
  let raw = 0;
  for (const { name, objectKey } of await deps.store.snapshots.files(id)) {
    if (name.endsWith(".zst")) raw += await contentBytes(deps, objectKey);
  }
  const rate = (seconds: number) =>
    `${Math.round(rows / seconds)} rows/s, ${(raw / 1e6 / seconds).toFixed(1)} MB/s of ${megabytes(raw)} MB raw`;
  const first = (at("built") - at("build_started")) / 1000;
  const second = (at("verified") - at("built")) / 1000;
  say(`  first build (plan, rows, zstd, store): ${first.toFixed(1)} s, ${rate(first)}`);
  say(`  second build, read-back and checks: ${second.toFixed(1)} s, ${rate(second)}`);
  if (snapshot?.state !== "verified") throw new Error(`the snapshot is ${snapshot?.state ?? "missing"}`);
}

async function contentBytes(deps: Deps, objectKey: string): Promise<number> {
  const bytes = await deps.objects.get(objectKey);
  if (!bytes) throw new Error("a file of the snapshot is missing");
  const one = async function* () {
    yield bytes;
  };
  let size = 0;
  for await (const chunk of deps.codec.decompressStream(one(), 2 ** 40)) size += chunk.length;
  return size;
}

async function sayFiles(deps: Deps): Promise<void> {
  const { files, members, manifest } = await readRelease(deps, VERSION);
  const { train, val } = manifest.split.counts;
  say(`members: ${members} (train ${train}, val ${val}), left out: ${JSON.stringify(manifest.excluded)}`);
  for (const { name, rows, bytes } of files) {
    const { stream } = await openReleaseFile(deps, { version: VERSION, name });
    await stream.cancel();
    say(`  ${name.padEnd(22)}${String(rows ?? "").padStart(8)} rows ${String(bytes).padStart(12)} bytes`);
  }
}

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  say(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return result;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
