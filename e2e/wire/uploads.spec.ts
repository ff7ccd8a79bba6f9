import { expect } from "@playwright/test";
import { sha256Hex } from "#lib/domain/hash.ts";
import { PresignAnswer, Receipt } from "#lib/domain/wire/messages.ts";
import { call, expectProblem } from "./http.ts";
import { type Contributor, test, type WireInstance } from "./instance.ts";
import { type RecordV1, recordV1 } from "./records.ts";

// Announced uploads: a URL that takes one body for one episode, for a while.

async function presign(instance: WireInstance, who: Contributor, record: RecordV1) {
  const body = { episode_id: record.id, content_hash: record.content_hash, content_type: "application/json" };
  const answer = await call(instance.url, { path: "/v1/episodes/presign", token: who.token, body });
  expect(answer.status, answer.text).toBe(200);
  return PresignAnswer.parse(answer.json);
}

function put(instance: WireInstance, uploadUrl: string, body: unknown) {
  return call(instance.url, { method: "PUT", path: uploadUrl, body });
}

function complete(instance: WireInstance, who: Contributor, done: { record: RecordV1; object_key: string }) {
  const { id: episode_id, content_hash } = done.record;
  const body = { episode_id, object_key: done.object_key, content_hash };
  return call(instance.url, { path: "/v1/episodes/complete", token: who.token, body });
}

test("a URL takes one body: the same again is fine, another one is refused and not kept", async ({
  instance,
}) => {
  const who = await instance.contributor();
  const [word, otherWord] = [instance.word(), instance.word()];
  const record = recordV1(word);
  const { upload_url, object_key } = await presign(instance, who, record);
  expect((await put(instance, upload_url, record)).status).toBe(200);
  expect((await put(instance, upload_url, record)).status).toBe(200);
  const other = await put(instance, upload_url, recordV1(otherWord));
  expectProblem(other, { status: 409, code: "upload_conflict", words: [word, otherWord] });
  const first = await complete(instance, who, { record, object_key });
  expect([first.status, Receipt.parse(first.json).episode_id]).toEqual([201, record.id]);
  const again = await complete(instance, who, { record, object_key });
  expect([again.status, again.json]).toEqual([200, first.json]);
  expect((await put(instance, upload_url, record)).status).toBe(200);
  expectProblem(await put(instance, upload_url, recordV1(otherWord)), {
    status: 409,
    code: "upload_conflict",
  });
  expect(await instance.placesHolding(otherWord)).toEqual([]);
});

test("two bodies at the same moment: one is taken", async ({ instance }) => {
  const who = await instance.contributor();
  const record = recordV1(instance.word());
  const { upload_url } = await presign(instance, who, record);
  const bodies = [record, recordV1(instance.word())];
  const puts = await Promise.all(bodies.map((body) => put(instance, upload_url, body)));
  expect(puts.map(({ status }) => status).sort()).toEqual([200, 409]);
});

test("completing three times at the same moment is one episode with one receipt", async ({ instance }) => {
  const who = await instance.contributor();
  const record = recordV1(instance.word());
  const { upload_url, object_key } = await presign(instance, who, record);
  await put(instance, upload_url, record);
  const done = await Promise.all([1, 2, 3].map(() => complete(instance, who, { record, object_key })));
  expect(done.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
  expect(new Set(done.map(({ text }) => text)).size).toBe(1);
});

test("`complete` before the body, and for another episode", async ({ instance }) => {
  const who = await instance.contributor();
  const record = recordV1(instance.word());
  const { object_key } = await presign(instance, who, record);
  expectProblem(await complete(instance, who, { record, object_key }), {
    status: 409,
    code: "upload_incomplete",
  });
  const other = recordV1(instance.word());
  const mixed = await complete(instance, who, { record: other, object_key });
  expectProblem(mixed, { status: 409, code: "upload_conflict" });
  for (const key of [
    "../../etc/passwd",
    "uploads/../x.json",
    "episodes/aa/x.json.zst",
    "\u202e",
    "x".repeat(200),
  ])
    expectProblem(await complete(instance, who, { record, object_key: key }), {
      status: 404,
      code: "not_found",
      words: [key],
    });
  expect(await instance.deps.store.episodes.listOwn(who.account, { limit: 10 })).toEqual([]);
});

test("a body that is not the announced episode is refused on completion and dropped", async ({
  instance,
}) => {
  const who = await instance.contributor();
  const [word, otherWord] = [instance.word(), instance.word()];
  const record = recordV1(word);
  const { upload_url, object_key } = await presign(instance, who, record);
  await put(instance, upload_url, recordV1(otherWord));
  const answer = await complete(instance, who, { record, object_key });
  expectProblem(answer, { status: 422, code: "upload_mismatch", words: [word, otherWord] });
  expect(await instance.placesHolding(otherWord)).toEqual([]);
  expectProblem(await complete(instance, who, { record, object_key }), {
    status: 409,
    code: "upload_conflict",
  });
});

test("an invalid body is refused as if it had been posted, and dropped", async ({ instance }) => {
  const who = await instance.contributor();
  const word = instance.word();
  const record = recordV1(word);
  const { upload_url, object_key } = await presign(instance, who, record);
  await put(instance, upload_url, { ...record, license: word });
  const answer = await complete(instance, who, { record, object_key });
  expectProblem(answer, { status: 422, code: "license_unknown", path: "$.license", words: [word] });
  expect(await instance.placesHolding(word)).toEqual([]);
});

test("a URL that has expired takes nothing", async ({ instance }) => {
  const { deps } = instance;
  const who = await instance.contributor();
  const word = instance.word();
  const record = recordV1(word);
  const capability = deps.ids.hex(32);
  const object_key = `uploads/${deps.ids.hex(16)}.json`;
  await deps.store.uploads.insert({
    capabilityHash: sha256Hex(capability),
    objectKey: object_key,
    account: who.account,
    tokenId: who.tokenId,
    declaredId: record.id,
    contentHash: record.content_hash,
    expiresAt: new Date(Date.now() - 1_000),
    body: null,
    bodySha256: null,
    announced: null,
    inBucket: false,
    accepted: false,
  });
  const answer = await put(instance, `/v1/uploads/${capability}`, record);
  expectProblem(answer, { status: 410, code: "upload_expired", words: [word, capability] });
  expectProblem(await complete(instance, who, { record, object_key }), {
    status: 410,
    code: "upload_expired",
  });
  expect(await instance.placesHolding(word)).toEqual([]);
});

test("a URL takes at most 8 MiB, and an unknown one nothing", async ({ instance }) => {
  const who = await instance.contributor();
  const word = instance.word();
  const { upload_url } = await presign(instance, who, recordV1(word));
  const body = `"${word}${" ".repeat(9 * 1024 * 1024)}"`;
  for (const chunked of [false, true]) {
    const answer = await call(instance.url, { method: "PUT", path: upload_url, body, chunked });
    expectProblem(answer, { status: 413, code: "body_too_large", words: [word] });
  }
  const unknown = await put(instance, `/v1/uploads/${"a".repeat(64)}`, { word });
  expectProblem(unknown, { status: 404, code: "not_found", words: [word] });
  expect(await instance.placesHolding(word)).toEqual([]);
});

test("the URL is on the instance's own address, whatever the request says of its host", async ({
  instance,
}) => {
  const who = await instance.contributor();
  const record = recordV1(instance.word());
  const body = { episode_id: record.id, content_hash: record.content_hash, content_type: "application/json" };
  const headers = { host: "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" };
  const answer = await call(instance.url, { path: "/v1/episodes/presign", token: who.token, body, headers });
  expect(PresignAnswer.parse(answer.json).upload_url).toMatch(
    new RegExp(`^${instance.url}/v1/uploads/[0-9a-f]{64}$`),
  );
  expect(answer.text).not.toContain("evil");
});
