import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectS3 } from "#lib/adapters/s3-client.ts";
import { type S3TestServer, startMemoryS3 } from "#lib/adapters/testing/s3-server.ts";
import { isAppError } from "#lib/domain/errors.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import { ingest } from "#lib/services/ingest.ts";
import { readVisibility } from "#lib/services/read-episode.ts";
import { replayPermanence } from "#lib/services/replay-permanence.ts";
import { revokeEpisode } from "#lib/services/revoke.ts";
import { type TestPlatform, testPlatform } from "#lib/services/testing/platform.ts";
import { bytesOf, sampleRecord } from "#lib/services/testing/records.ts";
import { releaseTools } from "#lib/services/testing/releases.ts";
import { keepSigningKey } from "#workers/signing-key.ts";
import { restoreBackup } from "./backup-commands.ts";
import { writeBackup } from "./write-backup.ts";

let root: string;
let s3: S3TestServer;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "trace-share-moving-"));
  s3 = await startMemoryS3();
});
afterAll(async () => {
  await s3.stop();
  await rm(root, { recursive: true, force: true });
});

async function inBucket(name: string): Promise<TestPlatform> {
  const place = { ...s3.place, bucket: `bucket-${randomBytes(6).toString("hex")}` };
  const { client } = connectS3(place);
  await client.send(new CreateBucketCommand({ Bucket: place.bucket }));
  client.destroy();
  const env = {
    S3_BUCKET: place.bucket,
    S3_ENDPOINT: place.endpoint ?? "",
    S3_ACCESS_KEY_ID: place.accessKeyId,
    S3_SECRET_ACCESS_KEY: place.secretAccessKey,
  };
  return testPlatform({ dataDir: join(root, name), working: false, env });
}

const inFiles = (name: string) => testPlatform({ dataDir: join(root, name), working: false });

/** Rows, objects by digest, and the never-forget log: everything that a move must carry. A bucket gives its instance an id. */
async function contentsOf({ deps, backup }: TestPlatform): Promise<Record<string, string[]>> {
  const rows: string[] = [];
  await backup.dump(
    async (line) => void rows.push(line.replace(/"instance_id":[^,}]*/, '"instance_id":"…"')),
  );
  const objects: string[] = [];
  for await (const key of deps.objects.list(""))
    objects.push(`${key} ${sha256Hex((await deps.objects.get(key)) ?? new Uint8Array())}`);
  const log = await Array.fromAsync(deps.permanence.entries());
  rows.pop(); // the digest of them all, with the id
  return { rows, objects: objects.sort(), log: log.map(({ hash }) => hash) };
}

async function move(from: TestPlatform, to: TestPlatform, name: string): Promise<void> {
  await writeBackup(from, join(root, name));
  await replayPermanence(to.deps);
  await restoreBackup(to, join(root, name));
}

it("an instance moves from files into a bucket and another database, and back, and loses nothing", async () => {
  const first = await inFiles("first");
  const open = [first];
  try {
    keepSigningKey(first.signingKey);
    const tools = releaseTools(first);
    const [gone = "", later = "", kept = ""] = await tools.contribute([{ n: 1 }, { n: 2 }, { n: 3 }]);
    await tools.publish("1.0.0");
    await tools.revoke(gone);
    await tools.publish("2.0.0");
    const moved = await inBucket("moved");
    open.push(moved);
    await move(first, moved, "there");
    expect(await contentsOf(moved)).toEqual(await contentsOf(first));
    // it lives on there: a withdrawal, and one of what it has never seen
    const pending = sampleRecord({ contributor: "ada", session: "never seen" });
    const ada = await moved.uploader("ada@example.org");
    await revokeEpisode(moved.deps, ada, { episodeId: later });
    await revokeEpisode(moved.deps, ada, { episodeId: pending.id }).catch(() => {});
    const back = await inFiles("back");
    open.push(back);
    await move(moved, back, "home");
    expect(await contentsOf(back)).toEqual(await contentsOf(moved));
    expect(await back.deps.signer.publicKey()).toBe(await first.deps.signer.publicKey());
    for (const id of [gone, later]) expect(await readVisibility(back.deps, id)).toBe("gone");
    expect(await readVisibility(back.deps, kept)).toBe("public");
    const owner = await back.uploader("ada@example.org");
    const again = await ingest(back.deps, owner, { bytes: bytesOf(pending) }).catch(
      (error: unknown) => error,
    );
    expect(isAppError(again, "withdrawn")).toBe(true);
    expect((await releaseTools(back).bytesOfFile("2.0.0", "manifest.json")).length).toBeGreaterThan(0);
  } finally {
    for (const platform of open) await platform.close();
  }
}, 120_000);
