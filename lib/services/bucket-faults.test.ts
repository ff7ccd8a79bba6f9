import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type FaultProxy, type Fault, startFaultProxy } from "#lib/adapters/testing/fault-proxy.ts";
import { type S3TestServer, startMemoryS3 } from "#lib/adapters/testing/s3-server.ts";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { AppError, isAppError } from "#lib/domain/errors.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { bodyKey } from "./episode-body.ts";
import { ingest } from "./ingest.ts";
import { setPaused } from "./pause.ts";
import { readEpisode, readVisibility } from "./read-episode.ts";
import { openReleaseFile } from "./read-release.ts";
import { revokeEpisode } from "./revoke.ts";
import { storeBody } from "./store-body.ts";
import { claimStore } from "./store-owner.ts";
import { sweep } from "./sweep.ts";
import { bucketSettings } from "./testing/bucket.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { bytesOf, sampleRecord } from "./testing/records.ts";
import { releaseTools } from "./testing/releases.ts";

let memory: S3TestServer;
let proxy: FaultProxy;
let platform: TestPlatform;
let deps: Deps;
// one platform for all: each test has episodes of its own, and leaves the bucket as good as new
beforeAll(async () => {
  memory = await startMemoryS3();
  const behind = new URL(memory.place.endpoint ?? "");
  proxy = await startFaultProxy({ host: behind.hostname, port: Number(behind.port) });
  const { env } = await bucketSettings(memory.place);
  platform = await testPlatform({
    env: { ...env, S3_ENDPOINT: `http://127.0.0.1:${proxy.port}` },
    working: false,
  });
  ({ deps } = platform);
  await claimStore(deps);
});
afterEach(() => proxy.set({ kind: "none" }));
afterAll(async () => {
  await platform.close();
  await proxy.close();
  await memory.stop();
});

async function faultOf(work: Promise<unknown>): Promise<AppError> {
  const fault = await work.then(
    () => new Error("it was done"),
    (error: unknown) => error,
  );
  if (!isAppError(fault)) throw fault;
  return fault;
}

async function upload(session: string): Promise<string> {
  const actor = await platform.uploader("ada@example.org");
  const record = sampleRecord({ contributor: "ada", session });
  await ingest(deps, actor, { bytes: bytesOf(record) });
  return record.id;
}

const BROKEN: [string, Fault, string][] = [
  ["is missing", { kind: "answer", status: 404, code: "NoSuchBucket" }, "S3_BUCKET does not exist"],
  ["is read-only", { kind: "answer", status: 403, code: "AccessDenied" }, "what its key may not do"],
  ["knows another key", { kind: "answer", status: 403, code: "InvalidAccessKeyId" }, "S3_ACCESS_KEY_ID"],
  [
    "knows another secret",
    { kind: "answer", status: 403, code: "SignatureDoesNotMatch" },
    "S3_SECRET_ACCESS_KEY",
  ],
  ["has a clock of another day", { kind: "answer", status: 403, code: "RequestTimeTooSkewed" }, "clocks"],
  ["lies in another region", { kind: "answer", status: 301, code: "PermanentRedirect" }, "S3_REGION"],
  [
    "is asked in another region's name",
    { kind: "answer", status: 400, code: "AuthorizationHeaderMalformed" },
    "S3_REGION",
  ],
  ["sends elsewhere", { kind: "answer", status: 307, code: "" }, "S3_REGION"],
  ["takes no object of this size", { kind: "answer", status: 400, code: "EntityTooLarge" }, "of this size"],
  ["found another digest", { kind: "answer", status: 400, code: "BadDigest" }, "other bytes than were sent"],
  ["is overloaded", { kind: "answer", status: 503, code: "SlowDown" }, "overloaded"],
  ["is being looked after", { kind: "answer", status: 503, code: "ServiceUnavailable" }, "come back later"],
  ["breaks connections off", { kind: "reset" }, "does not answer"],
];

describe("a bucket that can't be used", () => {
  it.each(BROKEN)("because it %s is told in plain words, and costs nothing", async (name, fault, words) => {
    const before = await upload(name);
    proxy.set(fault);
    const told = await faultOf(deps.objects.ready());
    expect(told).toMatchObject({ code: "unavailable", detail: expect.stringContaining(words) });
    expect(await faultOf(storeBody(deps, { episodeId: before }))).toMatchObject({ code: "unavailable" });
    proxy.set({ kind: "none" });
    await storeBody(deps, { episodeId: before });
    expect(await deps.objects.size(bodyKey(before))).not.toBeNull();
  });

  it.each([
    [507, "InsufficientStorage"],
    [507, ""],
    [403, "QuotaExceeded"],
    [500, "XMinioStorageFull"],
  ])("because it is full (%d %s) is told as full", async (status, code) => {
    proxy.set({ kind: "answer", status, code });
    expect(await faultOf(deps.objects.put("a", new Uint8Array([1])))).toMatchObject({ code: "storage_full" });
  });

  it("takes uploads all the same, refuses withdrawals that it could not remember, and comes back by itself", async () => {
    const tools = releaseTools(platform);
    const [published = ""] = await tools.contribute([{ n: 1 }]);
    const ada = await platform.uploader("ada@example.org");
    proxy.set({ kind: "reset" });
    const waiting = await upload("while it is away");
    expect((await readEpisode(deps, published)).episode.id).toBe(published);
    // an answer would promise what a restore could forget
    expect(await faultOf(revokeEpisode(deps, ada, { episodeId: published }))).toMatchObject({
      code: "unavailable",
    });
    expect(await readVisibility(deps, published)).toBe("public");
    await setPaused(deps, OPERATOR, { paused: true });
    expect((await deps.store.instance.read()).paused).toBe(true);
    await setPaused(deps, OPERATOR, { paused: false });
    await expect(sweep(deps)).rejects.toMatchObject({ code: "unavailable" });
    expect(await deps.store.staging.get(waiting)).not.toBeNull();
    proxy.set({ kind: "none" });
    await sweep(deps);
    await revokeEpisode(deps, ada, { episodeId: published });
    expect(await readVisibility(deps, published)).toBe("gone");
    expect((await deps.permanence.head()).seq).toBe(1);
  });

  it("is slow, and gives every byte all the same", async () => {
    const bytes = new Uint8Array(6_000).map((_byte, at) => at % 251);
    await deps.objects.put("slow/one", bytes);
    proxy.set({ kind: "slow", bytesPerSecond: 10_000 });
    expect(await deps.objects.get("slow/one")).toEqual(bytes);
  });

  it.each([10, 400, 3_000])(
    "cuts answers off after %d bytes, and nobody takes that for a whole one",
    async (bytes) => {
      await deps.objects.put("cut/one", new Uint8Array(5_000));
      proxy.set({ kind: "cut", bytes });
      expect(await faultOf(deps.objects.get("cut/one"))).toMatchObject({ code: "unavailable" });
    },
  );

  it("gives back other bytes: a reader gets 503 or a download that breaks off, never a whole one", async () => {
    const tools = releaseTools(platform);
    const [id = ""] = await tools.contribute([{ n: 2 }]);
    await tools.publish("1.0.0");
    const download = async () => {
      const { stream, bytes } = await openReleaseFile(deps, { version: "1.0.0", name: "train.jsonl.zst" });
      return { announced: bytes, came: (await new Response(stream).arrayBuffer()).byteLength };
    };
    const { announced, came } = await download();
    expect(came).toBe(announced);
    await deps.store.staging.drop(id);
    for await (const key of deps.objects.list("")) {
      const stored = await deps.objects.get(key);
      await deps.objects.remove(key);
      await deps.objects.put(
        key,
        (stored ?? new Uint8Array()).map((byte) => byte ^ 1),
      );
    }
    expect(await faultOf(readEpisode(deps, id))).toMatchObject({ code: "unavailable" });
    // a short file is found damaged before its first byte goes out, a long one at its end
    expect(await faultOf(download())).toMatchObject({ code: "unavailable" });
  });
});
