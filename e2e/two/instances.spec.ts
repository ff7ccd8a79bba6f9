import { expect } from "@playwright/test";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { PresignAnswer } from "#lib/domain/wire/messages.ts";
import { createUser } from "#lib/services/accounts.ts";
import { setPaused } from "#lib/services/pause.ts";
import { createSignInLink } from "#lib/services/sign-in-link.ts";
import { revokeToken } from "#lib/services/tokens.ts";
import { call, expectProblem } from "#e2e/wire/http.ts";
import { test } from "#e2e/wire/instance.ts";
import { recordV1, recordV2 } from "#e2e/wire/records.ts";
import { publish, webs } from "./processes.ts";

// What one web process does holds in the other at once: nothing is remembered in a process that the database would deny.

test("a withdrawal at one is gone at the other in every form and in the search", async ({ instance }) => {
  const { one, other } = webs();
  const { id, word, who } = await publish(instance, await instance.contributor());
  const forms = [`/v1/episodes/${id}`, `/episodes/${id}`, `/episodes/${id}.json`, `/report/${id}`];
  for (const path of forms) expect((await call(other, { path })).status, path).toBe(200);
  const body = { episode_id: id, revoked_at: "2026-11-22T10:00:00Z", reason: null };
  expect((await call(one, { path: "/v1/revocations", token: who.token, body })).status).toBe(200);
  for (const path of forms) {
    const answer = await call(other, { path });
    expect(answer.status, path).toBe(410);
    expect(answer.text).not.toContain(word);
  }
  const search = await call(other, { path: `/v1/episodes?q=${word}` });
  expect(search.json).toMatchObject({ items: [] });
});

test("a pause at one stops uploads at the other, and so does its end", async ({ instance }) => {
  const { one, other } = webs();
  const who = await instance.contributor();
  await setPaused(instance.deps, OPERATOR, { paused: true });
  try {
    for (const url of [one, other]) {
      const refused = await call(url, {
        path: "/v1/episodes",
        token: who.token,
        body: recordV2(instance.word()),
      });
      expectProblem(refused, { status: 503, code: "paused" });
      expect((await call(url, { path: "/about" })).text).toMatch(/paused/i);
    }
  } finally {
    await setPaused(instance.deps, OPERATOR, { paused: false });
  }
  for (const url of [one, other]) {
    const taken = await call(url, {
      path: "/v1/episodes",
      token: who.token,
      body: recordV2(instance.word()),
    });
    expect(taken.status).toBe(201);
  }
});

test("an upload announced at one is sent to the other and completed at the first", async ({ instance }) => {
  const { one, other } = webs();
  const { token } = await instance.contributor();
  const record = recordV1(instance.word());
  const { id: episode_id, content_hash } = record;
  const announced = { episode_id, content_hash, content_type: "application/json" };
  const presigned = await call(one, { path: "/v1/episodes/presign", token, body: announced });
  const { upload_url, object_key } = PresignAnswer.parse(presigned.json);
  const path = new URL(upload_url).pathname;
  const puts = await Promise.all([one, other].map((url) => call(url, { method: "PUT", path, body: record })));
  expect(puts.map(({ status }) => status)).toEqual([200, 200]);
  const done = { episode_id, object_key, content_hash };
  const answers = await Promise.all(
    [one, other, one, other].map((url) => call(url, { path: "/v1/episodes/complete", token, body: done })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
});

test("the same record sent to both at once is one episode with one receipt", async ({ instance }) => {
  const { one, other } = webs();
  const { token } = await instance.contributor();
  const record = recordV2(instance.word());
  const answers = await Promise.all(
    [one, other, one, other, one, other].map((url) =>
      call(url, { path: "/v1/episodes", token, body: record }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 201]);
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
});

test("a limit counts what both were asked", async ({ instance }) => {
  const { one, other } = webs();
  const ask = (url: string) =>
    call(url, {
      path: "/api/auth/signin/email",
      body: new URLSearchParams({ email: `${instance.word()}@example.org` }).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded", "x-forwarded-for": "203.0.113.99" },
    });
  for (let asked = 0; asked < 10; asked += 1)
    expect((await ask(asked % 2 === 0 ? one : other)).status).toBe(302);
  for (const url of [one, other]) expectProblem(await ask(url), { status: 503, code: "unavailable" });
});

test("a token ended at the operator's console or at one is refused by both", async ({ instance }) => {
  const { one, other } = webs();
  const { token, tokenId, account } = await instance.contributor();
  for (const url of [one, other]) expect((await call(url, { path: "/v1/token", token })).status).toBe(200);
  const owner = { kind: "user", userId: account, roles: ["contributor"], via: "session" } as const;
  await revokeToken(instance.deps, owner, { tokenId });
  for (const url of [one, other])
    expectProblem(await call(url, { path: "/v1/token", token }), { status: 401, code: "unauthenticated" });
});

test("a sign-in begun at one is finished at the other, holds in both, and ends in both", async ({
  instance,
}) => {
  const { one, other } = webs();
  const email = `${instance.word()}@example.org`;
  await createUser(instance.deps, OPERATOR, { email, role: "contributor" });
  const link = new URL(await createSignInLink(instance.deps, OPERATOR, { email }));
  const tries = await Promise.all(
    [one, other].map((url) => call(url, { path: `${link.pathname}${link.search}` })),
  );
  const sessions = tries.flatMap(
    ({ headers }) => /next-auth\.session-token=[^;]+/.exec(headers.get("set-cookie") ?? "")?.[0] ?? [],
  );
  expect(sessions).toHaveLength(1); // a link works once, wherever it is opened
  const cookie = sessions[0] ?? "";
  for (const url of [one, other])
    expect((await call(url, { path: "/me/tokens", headers: { cookie } })).text).toContain(email);
  const csrf = await call(one, { path: "/api/auth/csrf", secretAnswer: true, headers: { cookie } });
  const { csrfToken } = csrf.json as { csrfToken: string }; // next-auth's answer
  const own = /next-auth\.csrf-token=[^;]+/.exec(csrf.headers.get("set-cookie") ?? "")?.[0] ?? "";
  const ended = await call(other, {
    path: "/api/auth/signout",
    body: new URLSearchParams({ csrfToken }).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded", cookie: `${cookie}; ${own}` },
  });
  expect(ended.status).toBe(302);
  for (const url of [one, other])
    expect((await call(url, { path: "/me/tokens", headers: { cookie } })).text).not.toContain(email);
});

test("a form that one has shown is taken by the other", async ({ instance }) => {
  const { one, other } = webs();
  const { id } = await publish(instance, await instance.contributor());
  const page = (await call(one, { path: `/report/${id}` })).text;
  const form = new FormData();
  const hidden = page.matchAll(/<input[^>]*type="hidden"[^>]*>/g);
  for (const [tag] of hidden) {
    const value = (name: string) =>
      new RegExp(`${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll("&quot;", '"') ?? "";
    form.append(value(" name"), value(" value"));
  }
  form.set("category", "quality");
  form.set("message", "The same line stands there twice.");
  form.set("contact", "");
  form.set("step", "");
  const sent = new Request(`${other}/report/${id}`, { method: "POST", body: form });
  const { origin } = new URL(instance.url);
  const answer = await call(other, {
    path: `/report/${id}`,
    body: new Uint8Array(await sent.arrayBuffer()),
    headers: { "content-type": sent.headers.get("content-type") ?? "", origin, host: new URL(origin).host },
  });
  expect(answer.status, answer.text.slice(0, 200)).toBe(303);
  expect(answer.headers.get("location")).toMatch(/^\/reports\/[0-9a-f]{32}$/);
});
