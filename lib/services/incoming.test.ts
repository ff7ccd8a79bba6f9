import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { realS3, type S3TestServer, startMemoryS3 } from "#lib/adapters/testing/s3-server.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { isAppError } from "#lib/domain/errors.ts";
import type { EpisodeUpload } from "#lib/domain/episode/schema.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { clearOldIncoming } from "./incoming.ts";
import { setPaused } from "./pause.ts";
import { revokeEpisode } from "./revoke.ts";
import { bucketSettings } from "./testing/bucket.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { bytesOf, sampleRecord } from "./testing/records.ts";
import { completeUpload, presignUpload, putUpload } from "./uploads.ts";

let memory: S3TestServer;
let platform: TestPlatform;
let deps: Deps;
let actor: Actor;
beforeAll(async () => {
  memory = await startMemoryS3();
});
afterAll(() => memory.stop());
beforeEach(async () => {
  const { env } = await bucketSettings(memory.place);
  platform = await testPlatform({ env });
  ({ deps } = platform);
  actor = await platform.uploader("ada@example.org");
});
afterEach(() => platform.close());

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : Promise.reject(error)),
  );
}

type Record = EpisodeUpload;
const idsOf = ({ id, content_hash }: Record) => ({ episode_id: id, content_hash });

function presign(record: Record, bytes: Uint8Array = bytesOf(record), who = actor) {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const body = { ...idsOf(record), content_type: "application/json" as const, bytes: bytes.length, sha256 };
  return presignUpload(deps, who, body);
}

type Signed = Awaited<ReturnType<typeof presign>>;

async function put({ upload_url, headers }: Signed, body: Uint8Array): Promise<number> {
  const answer = await fetch(upload_url, { method: "PUT", headers, body: new Uint8Array(body) });
  await answer.text();
  return answer.status;
}

const complete = (record: Record, { object_key }: Signed, who = actor, at = deps) =>
  completeUpload(at, who, { ...idsOf(record), object_key });

/** What clients have sent and nobody has cleared. */
async function incoming(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of deps.incoming?.list() ?? []) keys.push(key);
  return keys;
}

function later(milliseconds: number): Deps {
  const at = Date.now() + milliseconds;
  return { ...deps, clock: { now: () => new Date(at) } };
}

describe("an upload into the bucket", () => {
  it("becomes an episode once, with the same receipt each time, and leaves nothing where it was sent to", async () => {
    const record = sampleRecord({ contributor: "ada" });
    const signed = await presign(record);
    expect(signed.object_key).toMatch(/^incoming\/[0-9a-f]{32}\/[0-9a-f-]{36}$/);
    expect(await codeOf(complete(record, signed))).toBe("upload_incomplete");
    expect(await put(signed, bytesOf(record))).toBe(200);
    expect(await put(signed, bytesOf(record))).toBe(412);
    const done = await Promise.all([1, 2, 3].map(() => complete(record, signed)));
    expect(done.filter(({ created }) => created)).toHaveLength(1);
    await platform.settle();
    expect(await incoming()).toEqual([]);
    expect((await complete(record, signed)).receipt.public_id).toBe(done[0]?.receipt.public_id);
    expect((await deps.store.episodes.byId(record.id))?.lifecycle.state).toBe("published");
  });

  it("is refused for another account, another episode and an unknown key", async () => {
    const record = sampleRecord({ contributor: "ada" });
    const other = sampleRecord({ contributor: "ada", session: "other" });
    const signed = await presign(record);
    await put(signed, bytesOf(record));
    expect(await codeOf(complete(record, signed, await platform.uploader("eve@example.org")))).toBe(
      "not_found",
    );
    expect(await codeOf(complete(other, signed))).toBe("upload_conflict");
    const object_key = "incoming/../never-forget/permanence/000000000001";
    expect(await codeOf(complete(record, { ...signed, object_key }))).toBe("not_found");
    expect((await complete(record, signed)).created).toBe(true);
  });

  it.each([
    ["other bytes of the same length", (bytes: Uint8Array) => bytes.map((byte) => byte ^ 1)],
    ["more bytes", (bytes: Uint8Array) => new Uint8Array([...bytes, 32])],
    ["fewer bytes", (bytes: Uint8Array) => bytes.slice(1)],
  ])("with %s than announced is refused for good, even where the store took them", async (_name, change) => {
    const record = sampleRecord({ contributor: "ada" });
    const signed = await presign(record);
    const { place } = memory;
    await fetch(`${place.endpoint}/${new URL(signed.upload_url).pathname.slice(1)}`, {
      method: "PUT",
      body: new Uint8Array(change(bytesOf(record))),
    });
    expect(await codeOf(complete(record, signed))).toBe("upload_conflict");
    await platform.settle();
    expect(await incoming()).toEqual([]);
    expect(await codeOf(complete(record, signed))).toBe("upload_conflict");
    expect(await deps.store.episodes.byId(record.id)).toBeNull();
  });

  it("that holds no valid record is refused as if it had been posted, and cleared away", async () => {
    const record = sampleRecord({ contributor: "ada" });
    const bytes = bytesOf({ ...record, license: "none" } as never);
    const signed = await presign(record, bytes);
    await put(signed, bytes);
    expect(await codeOf(complete(record, signed))).toBe("schema_invalid");
    await platform.settle();
    expect(await incoming()).toEqual([]);
  });

  it("is not taken over after its time, while uploads are paused, or once it is withdrawn", async () => {
    const [late, paused, gone] = ["late", "paused", "gone"].map((session) =>
      sampleRecord({ contributor: "ada", session }),
    ) as [Record, Record, Record];
    const signed = await Promise.all([late, paused, gone].map((record) => presign(record)));
    const [first, second, third] = signed as [Signed, Signed, Signed];
    for (const [record, one] of [
      [late, first],
      [paused, second],
      [gone, third],
    ] as const)
      await put(one, bytesOf(record));
    expect(await codeOf(complete(late, first, actor, later(16 * 60_000)))).toBe("upload_expired");
    await setPaused(deps, OPERATOR, { paused: true });
    expect(await codeOf(complete(paused, second))).toBe("paused");
    expect(await codeOf(presign(late))).toBe("paused");
    await setPaused(deps, OPERATOR, { paused: false });
    expect((await complete(paused, second)).created).toBe(true);
    await complete(gone, third);
    await revokeEpisode(deps, actor, { episodeId: gone.id });
    expect(await codeOf(complete(gone, third))).toBe("withdrawn");
  });

  it("that nobody completes is cleared away after a day, and not before", async () => {
    const record = sampleRecord({ contributor: "ada" });
    await put(await presign(record), bytesOf(record));
    expect(await clearOldIncoming(later(23 * 3_600_000))).toBe(0);
    expect(await clearOldIncoming(later(25 * 3_600_000))).toBe(1);
    expect(await incoming()).toEqual([]);
  });

  it("is announced to the bucket only by who says size and digest; the older client sends to us", async () => {
    const record = sampleRecord({ contributor: "ada" });
    const signed = await presignUpload(deps, actor, { ...idsOf(record), content_type: "application/json" });
    expect(signed.upload_url).toMatch(new RegExp(`^${deps.rules.publicUrl}/v1/uploads/[0-9a-f]{64}$`));
    const capability = signed.upload_url.split("/").at(-1) ?? "";
    await putUpload(deps, { capability, bytes: bytesOf(record) });
    expect((await complete(record, signed)).created).toBe(true);
  });

  it("goes to us with its announced digest where no bucket can be reached", async () => {
    const record = sampleRecord({ contributor: "ada" });
    deps = { ...deps, incoming: null };
    const capability = (await presign(record)).upload_url.split("/").at(-1) ?? "";
    const other = bytesOf(sampleRecord({ contributor: "ada", session: "other" }));
    expect(await codeOf(putUpload(deps, { capability, bytes: other }))).toBe("upload_conflict");
    expect(await codeOf(putUpload(deps, { capability, bytes: bytesOf(record) }))).toBe("done");
  });
});

const REAL = realS3();

describe.skipIf(REAL === null)("an upload into a bucket of a real server (needs TEST_S3_ENDPOINT)", () => {
  let real: TestPlatform;
  beforeEach(async () => {
    real = await testPlatform({ env: (await bucketSettings(REAL ?? memory.place)).env });
    ({ deps } = real);
    actor = await real.uploader("ada@example.org");
  });
  afterEach(() => real.close());

  it("takes the announced body once, and nothing else", async () => {
    const record = sampleRecord({ contributor: "ada" });
    const bytes = bytesOf(record);
    const signed = await presign(record);
    const { upload_url, headers } = signed;
    const changed = bytes.map((byte) => byte ^ 1);
    const { "if-none-match": _condition, ...unconditional } = headers;
    const refused: [string, Signed, Uint8Array][] = [
      ["another digest", signed, changed],
      [
        "another digest that is said so",
        { ...signed, headers: { ...headers, "x-amz-checksum-sha256": digest(changed) } },
        changed,
      ],
      ["one byte more", signed, new Uint8Array([...bytes, 32])],
      ["one byte less", signed, bytes.slice(1)],
      ["another type", { ...signed, headers: { ...headers, "content-type": "text/html" } }, bytes],
      ["no condition", { ...signed, headers: unconditional }, bytes],
      ["another key", { ...signed, upload_url: upload_url.replace("incoming/", "incoming/0") }, bytes],
      ["a key outside", { ...signed, upload_url: upload_url.replace("incoming/", "never-forget/") }, bytes],
      ["a longer time", { ...signed, upload_url: upload_url.replace("Expires=300", "Expires=9000") }, bytes],
      [
        "a changed signature",
        { ...signed, upload_url: upload_url.replace(/Signature=../, "Signature=00") },
        bytes,
      ],
    ];
    for (const [name, what, body] of refused) {
      const status = await put(what, body);
      expect({ name, refused: status >= 400 && status < 500 }).toEqual({ name, refused: true });
    }
    expect(await put(signed, bytes)).toBe(200);
    expect(await put(signed, bytes)).toBe(412);
    expect((await complete(record, signed)).created).toBe(true);
    await real.settle();
    expect(await incoming()).toEqual([]);
  });

  it("takes nothing by an address whose time is over", async () => {
    const key = `incoming/${"a".repeat(32)}/${deps.ids.uuid()}`;
    const body = new TextEncoder().encode("late");
    const sha256 = Buffer.from(digest(body), "base64").toString("hex");
    const signed = await deps.incoming?.sign({ key, bytes: body.length, sha256 }, 1);
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const { url = "", headers = {} } = signed ?? {};
    expect(await put({ upload_url: url, object_key: key, headers }, body)).toBe(403);
  });
});

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}
