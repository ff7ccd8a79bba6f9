import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "@playwright/test";
import { type Answer, call, expectProblem } from "#e2e/wire/http.ts";
import { recordV2 } from "#e2e/wire/records.ts";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { createUser, revokeRole } from "#lib/services/accounts.ts";
import { createSignInLink } from "#lib/services/sign-in-link.ts";
import { test } from "./private-web.ts";
import { WAYS } from "./ways-to-ask.ts";

// Every page and route file of app/ is asked for, so that one which is added later is asked for too.

const APP = resolve(import.meta.dirname, "..", "..", "app");

/** What answers everybody on a private instance; nothing of its content is in it. */
const OPEN = new Set([
  "sign-in/page.tsx",
  "sign-in/check/page.tsx",
  "api/auth/[...nextauth]/route.ts", // signing in itself
  "healthz/route.ts",
  "livez/route.ts", // the same under its other name
  "readyz/route.ts",
  "version/route.ts",
  "robots.txt/route.ts",
  "registry/sources.toml/route.ts", // public in every copy of the program; clients ask without their token
  "v1/uploads/[capability]/route.ts", // the address is the authority, given to a token
  "v1/revocations/proofs/route.ts", // the proof is the authority: a withdrawal needs no account
]);
/** A person's own pages and the moderators', which lead to the sign-in page on every instance. */
const SIGNED_IN = /^(me|moderation)\//;

type Place = { file: string; path: string; methods: string[]; isPage: boolean };

/** Every file that answers requests, with an address of it that is really there. */
function places(params: Readonly<Record<string, string>>): Place[] {
  return globSync("**/{page.tsx,route.ts}", { cwd: APP, exclude: ["_*/**"] })
    .toSorted()
    .map((file) => {
      const names = file.startsWith("moderation/cases/") ? { ...params, id: params["case"] ?? "" } : params;
      const folder = file.split("/").slice(0, -1).join("/");
      const path = `/${folder}`.replaceAll(/\[(?:\.\.\.)?(\w+)\]/g, (_, name: string) => names[name] ?? name);
      const text = readFileSync(join(APP, file), "utf8");
      const methods = ["GET", "POST", "PUT"].filter((method) =>
        new RegExp(`export (const|function|async function) ${method}\\b|as ${method}\\b`).test(text),
      );
      const isPage = file.endsWith("page.tsx");
      return { file, path, methods: isPage ? ["GET"] : methods, isPage };
    });
}

const METHODS_BODY: Record<string, unknown> = { POST: {}, PUT: {} };

test("every page and route that is not open by name is closed to a visitor without an account", async ({
  closed,
}) => {
  const found = places(closed.params);
  expect(found.length).toBeGreaterThan(35);
  for (const open of OPEN) expect(found.map(({ file }) => file)).toContain(open);
  for (const { file, path, methods, isPage } of found.filter(({ file }) => !OPEN.has(file))) {
    expect(methods.length, file).toBeGreaterThan(0);
    for (const method of methods) {
      const answer = await call(closed.url, { path, method, body: METHODS_BODY[method] });
      const what = `${method} ${path} (${file})`;
      if (SIGNED_IN.test(file)) {
        expect(answer.status, what).toBe(307);
        expect(answer.headers.get("location"), what).toMatch(/^\/sign-in\?callbackUrl=/);
      } else if (isPage) {
        expect(answer.status, what).toBe(401);
        expect(answer.text, what).toContain("This instance is private");
      } else {
        expectProblem(answer, { status: 401, code: "unauthenticated", words: closed.words });
      }
      expectClosed(answer, closed.words, what);
    }
  }
});

function expectClosed(answer: Answer, words: readonly string[], what: string): void {
  for (const word of words) expect(answer.text.includes(word), `${what} holds what is published`).toBe(false);
  expect(answer.headers.get("x-robots-tag") ?? "", what).toContain("noindex");
  expect(answer.headers.get("cache-control") ?? "", what).toMatch(/no-store|no-cache/);
}

for (const { way, spelt, headers = {}, method = "GET" } of WAYS)
  test(`asking by ${way} shows nothing of what is published`, async ({ closed }) => {
    const found = places(closed.params).filter(
      ({ file, methods }) => !OPEN.has(file) && methods.includes("GET"),
    );
    const forms = ["json", "jsonl", "md"].map((form) => `/episodes/${closed.params["id"]}.${form}`);
    for (const path of [...found.map((place) => place.path), ...forms]) {
      const body = method === "POST" ? "" : undefined;
      const answer = await call(closed.url, { path: spelt?.(path) ?? path, method, headers, body });
      const what = `${method} ${spelt?.(path) ?? path}`;
      expect(answer.status, what).toBeLessThan(500);
      for (const word of closed.words)
        expect(answer.text.includes(word), `${what} holds what is published`).toBe(false);
    }
  });

test("a person of the instance and a token with the scope read get what a public instance shows", async ({
  closed,
  instance,
}) => {
  const cookie = await instance.sessionCookie();
  const { token } = await instance.contributor({ scopes: ["read"] });
  for (const { file, path, methods, isPage } of places(closed.params)) {
    if (!methods.includes("GET") || path.includes("[") || file.startsWith("api/")) continue;
    const signedIn = await call(closed.url, { path, headers: { cookie } });
    const what = `${path} (${file})`;
    // the catch-all and the status of somebody else's upload are not found, and what needs a token needs one still
    const expected = file === "v1/[...rest]/route.ts" ? 404 : /token\/|status\//.test(file) ? 401 : 200;
    expect(signedIn.status, what).toBe(expected);
    expect(signedIn.headers.get("x-robots-tag") ?? "", what).toMatch(OPEN.has(file) ? /^/ : /noindex/);
    if (isPage || OPEN.has(file)) continue;
    const byToken = await call(closed.url, { path, token });
    expect(byToken.status, what).toBe(/rest|status\//.test(file) ? 404 : 200);
    expect(byToken.headers.get("cache-control"), what).toMatch(/no-store/);
  }
  for (const form of ["json", "jsonl", "md"]) {
    const path = `/episodes/${closed.params["id"]}.${form}`;
    expect((await call(closed.url, { path, token })).text).toContain(closed.words[0]);
    expect((await call(closed.url, { path, headers: { cookie } })).text).toContain(closed.words[0]);
  }
});

test("a token needs the scope read for reading, and none more for uploads", async ({ closed, instance }) => {
  const { url } = closed;
  const { token } = await instance.contributor({ scopes: ["episodes:write"] });
  for (const path of [
    "/v1/episodes",
    `/v1/episodes/${closed.params["id"]}`,
    "/v1/openapi.json",
    "/v1/deny-list",
  ])
    expectProblem(await call(url, { path, token }), {
      status: 403,
      code: "scope_missing",
      words: closed.words,
    });
  const record = recordV2(instance.word());
  expect((await call(url, { path: "/v1/episodes", token, body: record })).status).toBe(201);
  expectProblem(await call(url, { path: "/v1/episodes", token: `tshr_${"0".repeat(48)}` }), {
    status: 401,
    code: "unauthenticated",
  });
});

test("a cookie is taken for reading alone", async ({ closed, instance }) => {
  const cookie = await instance.sessionCookie();
  const sent = { path: "/v1/episodes", headers: { cookie }, body: recordV2(instance.word()) };
  expectProblem(await call(closed.url, sent), { status: 401, code: "unauthenticated" });
});

test("an account whose last role was taken is outside, by session and by token", async ({
  closed,
  instance,
}) => {
  const { url } = closed;
  const who = await instance.contributor({ scopes: ["read"] });
  const link = new URL(await createSignInLink(instance.deps, OPERATOR, { email: who.email }));
  const signedIn = await call(url, { path: `${link.pathname}${link.search}` });
  const cookie = /next-auth\.session-token=[^;]+/.exec(signedIn.headers.get("set-cookie") ?? "")?.[0] ?? "";
  expect((await call(url, { path: "/releases", headers: { cookie } })).status).toBe(200);
  expect((await call(url, { path: "/v1/releases", token: who.token })).status).toBe(200);
  await instance.deps.store.accounts.revokeRole(who.account, "contributor");
  expect((await call(url, { path: "/releases", headers: { cookie } })).status).toBe(403);
  expectProblem(await call(url, { path: "/v1/releases", token: who.token }), {
    status: 403,
    code: "forbidden",
  });
  // withdrawing stays possible: it is a right and not a power
  expect((await call(url, { path: "/me/episodes", headers: { cookie } })).status).toBe(200);
  await createUser(instance.deps, OPERATOR, { email: who.email, role: "contributor" });
  await revokeRole(instance.deps, OPERATOR, { email: who.email, role: "contributor" });
  const after = await call(url, { path: "/releases", headers: { cookie } });
  expect(after.status).toBe(401);
});

test("nobody makes an account by asking for a link, and the answer does not say who has one", async ({
  closed,
  instance,
}) => {
  const { url } = closed;
  const known = `${instance.word()}@example.org`;
  const unknown = `${instance.word()}@example.org`;
  await createUser(instance.deps, OPERATOR, { email: known, role: "contributor" });
  const csrf = await call(url, { path: "/api/auth/csrf", secretAnswer: true });
  const { csrfToken } = csrf.json as { csrfToken: string }; // next-auth's answer
  const cookie = /next-auth\.csrf-token=[^;]+/.exec(csrf.headers.get("set-cookie") ?? "")?.[0] ?? "";
  const ask = async (email: string) => {
    const { status, headers, text } = await call(url, {
      path: "/api/auth/signin/email",
      body: new URLSearchParams({ email, csrfToken, callbackUrl: "/", json: "true" }).toString(),
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-forwarded-for": "203.0.113.55",
        cookie,
      },
    });
    return { status, location: headers.get("location"), text };
  };
  expect(await ask(unknown)).toEqual(await ask(known));
  expect(await instance.placesHolding(known)).toContain("platform.log");
  expect(await instance.placesHolding(unknown)).not.toContain("platform.log");
  expect(await instance.deps.store.accounts.byEmail(unknown)).toBeNull();
});

test("whoever signs in comes back to the page, and never to another site", async ({ closed, instance }) => {
  const { url, params } = closed;
  const path = `/episodes/${params["id"]}?part=1`;
  const email = `${instance.word()}@example.org`;
  await createUser(instance.deps, OPERATOR, { email, role: "contributor" });
  const places = [
    [path, path],
    ["/\\evil.example", "/"],
    ["//evil.example/x", "/"],
    ["/\t/evil.example", "/"],
    ["https://evil.example", "/"],
  ] as const;
  for (const [asked, led] of places) {
    const link = new URL(await createSignInLink(instance.deps, OPERATOR, { email }));
    link.searchParams.set("callbackUrl", asked);
    const answer = await call(url, { path: `${link.pathname}${link.search}` });
    expect(new URL(answer.headers.get("location") ?? "", url).href, asked).toBe(new URL(led, url).href);
  }
});

test("search engines are asked to stay away", async ({ closed, instance }) => {
  expect((await call(closed.url, { path: "/robots.txt" })).text).toBe("User-agent: *\nDisallow: /\n");
  expect((await call(instance.url, { path: "/robots.txt" })).text).toBe("User-agent: *\nDisallow:\n");
  expect((await call(closed.url, { path: "/sign-in" })).headers.get("x-robots-tag")).toBe(
    "noindex, nofollow",
  );
  expect((await call(instance.url, { path: "/" })).headers.get("x-robots-tag")).toBeNull();
});
