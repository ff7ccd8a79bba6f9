import { expect } from "@playwright/test";
import { sha256Hex } from "#lib/domain/hash.ts";
import { Receipt } from "#lib/domain/wire/messages.ts";
import { call, expectProblem } from "./http.ts";
import { type Contributor, test, type WireInstance } from "./instance.ts";
import { recordV1, recordV2 } from "./records.ts";

// Whose id it is: accounts, tokens, and the three names of an episode (permanence 1, 4, 17).

function post(instance: WireInstance, who: Contributor, body: unknown) {
  return call(instance.url, { path: "/v1/episodes", token: who.token, body });
}

function revoke(instance: WireInstance, who: Contributor, episode_id: string) {
  const body = { episode_id, revoked_at: "2026-03-01T08:00:00Z", reason: null };
  return call(instance.url, { path: "/v1/revocations", token: who.token, body });
}

test("the same id from two accounts: neither blocks the other, and each withdraws its own", async ({
  instance,
}) => {
  const [first, second] = [await instance.contributor(), await instance.contributor()];
  const record = recordV1(instance.word());
  const answers = await Promise.all([post(instance, first, record), post(instance, second, record)]);
  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  const [one, two] = answers.map(({ json }) => Receipt.parse(json));
  expect([one?.episode_id, two?.episode_id]).toEqual([record.id, record.id]);
  expect(one?.public_id).not.toBe(two?.public_id);
  expect([one?.public_id, two?.public_id]).toContain(record.id);
  const owners = [
    { who: first, publicId: one?.public_id ?? "" },
    { who: second, publicId: two?.public_id ?? "" },
  ];
  for (const { who } of owners) expect((await instance.settled(who, record.id)).state).toBe("published");
  expect((await revoke(instance, second, record.id)).status).toBe(200);
  const status = async (id: string) => (await call(instance.url, { path: `/v1/episodes/${id}` })).status;
  expect(await status(owners[1]?.publicId ?? "")).toBe(410);
  expect(await status(owners[0]?.publicId ?? "")).toBe(200);
});

test("the same upload twice at the same moment is one episode with one receipt", async ({ instance }) => {
  const who = await instance.contributor();
  for (const record of [recordV1(instance.word()), recordV2(instance.word())]) {
    const answers = await Promise.all([1, 2, 3].map(() => post(instance, who, record)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  }
  expect((await instance.deps.store.episodes.listOwn(who.account, { limit: 10 })).length).toBe(2);
});

test("an unverified claim never takes the id of the verified record, whoever comes first", async ({
  instance,
}) => {
  const [claimer, owner] = [await instance.contributor(), await instance.contributor()];
  const record = recordV1(instance.word());
  const claim = { ...record, prompt: `Another ${instance.word()} prompt` };
  const claimed = Receipt.parse((await post(instance, claimer, claim)).json);
  expect(claimed.public_id).not.toBe(record.id);
  expect(Receipt.parse((await post(instance, owner, record)).json).public_id).toBe(record.id);
  await instance.settled(owner, record.id);
  await instance.settled(claimer, record.id);
  expect((await revoke(instance, claimer, record.id)).status).toBe(200);
  expect((await call(instance.url, { path: `/v1/episodes/${record.id}` })).json).toMatchObject({
    id: record.id,
  });
});

test("a duplicate with other bytes: 409 for our client, 200 with the first for the older one", async ({
  instance,
}) => {
  const who = await instance.contributor();
  const word = instance.word();
  const record = recordV2(word);
  const first = await post(instance, who, record);
  expect(first.status).toBe(201);
  const otherSlot = { ...record, private: { slot: sha256Hex(word) } };
  expectProblem(await post(instance, who, otherSlot), { status: 409, code: "id_conflict", words: [word] });
  // the hash does not cover the time of consent
  const later = { ...record, rights: { ...record.rights, accepted_at: "2026-02-26T09:00:00Z" } };
  const again = await post(instance, who, later);
  expect([again.status, again.json]).toEqual([200, first.json]);

  const older = recordV1(word);
  const kept = await post(instance, who, older);
  const changed = await post(instance, who, { ...older, sanitizer_version: "sanitizer-v2" });
  expect([changed.status, changed.json]).toEqual([200, kept.json]);
});

test("a newer upload of a slot takes the place of the older, and a withdrawal covers the slot for ever", async ({
  instance,
}) => {
  const who = await instance.contributor();
  const word = instance.word();
  const older = recordV2(word);
  const newer = recordV2(word, { task: { prompt: `Fix all ${word} tests`, languages: [], tags: [] } });
  expect(newer.private).toEqual(older.private);
  await post(instance, who, older);
  await instance.settled(who, older.id);
  expect((await post(instance, who, newer)).status).toBe(201);
  await instance.settled(who, newer.id);
  expect((await call(instance.url, { path: `/v1/episodes/${older.id}` })).status).toBe(410);
  // the older id withdraws the chain
  expect((await revoke(instance, who, older.id)).status).toBe(200);
  expect((await call(instance.url, { path: `/v1/episodes/${newer.id}` })).status).toBe(410);
  const third = recordV2(word, { task: { prompt: `Another ${word}`, languages: [], tags: [] } });
  expectProblem(await post(instance, who, third), { status: 410, code: "withdrawn", words: [word] });
});

test("a token reads, completes, points to and withdraws nothing of another account", async ({ instance }) => {
  const [owner, other] = [await instance.contributor(), await instance.contributor()];
  const record = recordV1(instance.word());
  const unknown = recordV1(instance.word());
  await post(instance, owner, record);
  await instance.settled(owner, record.id);
  const presign = {
    episode_id: record.id,
    content_hash: record.content_hash,
    content_type: "application/json",
  };
  const granted = await call(instance.url, {
    path: "/v1/episodes/presign",
    token: owner.token,
    body: presign,
  });
  const { object_key } = granted.json as { object_key: string };
  const pair = async (send: (id: string, key: string) => ReturnType<typeof call>) => {
    const foreign = await send(record.id, object_key);
    const missing = await send(unknown.id, "uploads/0.json");
    expectProblem(foreign, { status: 404, code: "not_found" });
    // the same answer but for the request's own name, so that nobody learns what exists
    const bare = ({ text }: typeof foreign) => text.replace(/"request_id":"[^"]+"/, "");
    expect(bare(foreign)).toBe(bare(missing));
  };
  const { url } = instance;
  const { token } = other;
  await pair((id) => call(url, { path: `/v1/episodes/${id}/status`, token }));
  await pair((id) => revoke(instance, other, id));
  await pair((id) => call(url, { path: "/v1/index/upsert-data", token, body: { vectors: [{ id }] } }));
  await pair((episode_id, key) =>
    call(url, {
      path: "/v1/episodes/complete",
      token,
      body: { episode_id, object_key: key, content_hash: record.content_hash },
    }),
  );
  expect((await call(url, { path: `/v1/episodes/${record.id}` })).status).toBe(200);
});

test("a token does what its scopes name and no more", async ({ instance }) => {
  const reader = await instance.contributor({ scopes: ["read"] });
  const writer = await instance.contributor({ scopes: ["episodes:write"] });
  const record = recordV1(instance.word());
  const refused = { status: 403, code: "scope_missing" };
  expectProblem(await post(instance, reader, record), refused);
  expect((await post(instance, writer, record)).status).toBe(201);
  expectProblem(await revoke(instance, writer, record.id), refused);
  const path = `/v1/episodes/${record.id}/status`;
  expectProblem(await call(instance.url, { path, token: writer.token }), refused);
  const snapshot = {
    version: "1.0.0",
    created_at: "2026-03-01T08:00:00Z",
    manifest: {},
    checksums: "",
    data_card: "",
  };
  const files = [{ name: "manifest.json", bytes: 1, sha256: "ab".repeat(32) }];
  const body = { ...snapshot, files };
  expectProblem(await call(instance.url, { path: "/v1/snapshots", token: writer.token, body }), refused);
});

test("refuses an expired, a foreign, a revoked and a missing token, and keeps nothing", async ({
  instance,
}) => {
  const { deps, url } = instance;
  const who = await instance.contributor();
  const word = instance.word();
  const body = recordV1(word);
  const expired = `tshr_${deps.ids.hex(24)}`;
  const past = new Date(Date.now() - 60_000);
  await deps.store.tokens.insert({
    id: deps.ids.uuid(),
    userId: who.account,
    name: "expired",
    scopes: ["episodes:write"],
    shared: false,
    createdAt: past,
    expiresAt: past,
    lastUsedAt: null,
    revokedAt: null,
    hash: sha256Hex(expired),
  });
  const words = [word, expired];
  const answer = await call(url, { path: "/v1/episodes", token: expired, body });
  expectProblem(answer, { status: 401, code: "token_expired", words });
  expect(answer.headers.get("www-authenticate")).toBe("Bearer");
  const revoked = await instance.contributor();
  await deps.store.tokens.revoke(revoked.tokenId, new Date());
  const foreign = [
    `tshr_${deps.ids.hex(24)}`,
    `ghp_${word}`,
    `${who.token}0`,
    who.token.toUpperCase(),
    revoked.token,
  ];
  for (const token of foreign)
    expectProblem(await call(url, { path: "/v1/episodes", token, body }), {
      status: 401,
      code: "unauthenticated",
      words: [word, token],
    });
  const elsewhere = { path: `/v1/episodes?token=${who.token}&access_token=${who.token}`, body };
  expectProblem(await call(url, elsewhere), {
    status: 401,
    code: "unauthenticated",
    words: [word, who.token],
  });
  const basic = { authorization: `Basic ${Buffer.from(`x:${who.token}`).toString("base64")}` };
  expectProblem(await call(url, { path: "/v1/episodes", body, headers: basic }), {
    status: 401,
    code: "unauthenticated",
  });
  expect(await instance.placesHolding(word)).toEqual([]);
});

test("a signed-in person's cookie is no authority for the API", async ({ instance }) => {
  const { url } = instance;
  const cookie = await instance.sessionCookie();
  // the very cookie opens the pages
  expect((await call(url, { path: "/moderation", headers: { cookie } })).status).toBe(200);
  const record = recordV1(instance.word());
  const refused = { status: 401, code: "unauthenticated" };
  expectProblem(await call(url, { path: "/v1/episodes", body: record, headers: { cookie } }), refused);
  const status = await call(url, { path: `/v1/episodes/${record.id}/status`, headers: { cookie } });
  expectProblem(status, refused);
});
