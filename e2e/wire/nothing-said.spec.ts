import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { encodedForms } from "#lib/domain/client/known-secrets.ts";
import { keepSaid } from "#cli/testing/said.ts";
import { call, type Call } from "./http.ts";
import { test, type WireInstance } from "./instance.ts";
import { recordV1, recordV2 } from "./records.ts";

// Words that no log and no metric may ever say, sent in every place that a caller can write into.

/** Everything that web and worker of the running platform have said until now. */
async function said(): Promise<{ log: string; metrics: string }> {
  const env = JSON.parse(process.env["WALK_ENV"] ?? "{}") as Record<string, string>; // walks-platform.ts
  const log = readFileSync(join(env["DATA_DIR"] ?? "", "..", "platform.log"), "utf8");
  const ports = JSON.parse(process.env["WALK_METRICS"] ?? "[]") as number[]; // walks-platform.ts
  const pages = await Promise.all(ports.map((port) => fetch(`http://127.0.0.1:${port}/metrics`)));
  const texts = await Promise.all(pages.map((page) => page.text()));
  keepSaid("answers", ...texts);
  return { log, metrics: texts.join("\n") };
}

/** The word in a caller's hands: wherever text can be put. */
function hostileCalls(word: string, token: string): Call[] {
  const headers = {
    "user-agent": word,
    referer: `https://${word}.example/`,
    cookie: `next-auth.session-token=${word}; other=${word}`,
    "x-request-id": word,
    "accept-language": word,
    [`x-${word}`]: word,
  };
  const bodies: Call[] = [
    { path: "/v1/episodes", body: `{"${word}": ` },
    { path: "/v1/episodes", body: { schema: word, title: word, [word]: word } },
    { path: "/v1/episodes", body: recordV1(word, { id: word }) },
    { path: "/v1/episodes", body: { ...recordV2(word), consent: word } },
    { path: "/v1/revocations", body: { episode_id: word, reason: word } },
    { path: "/v1/revocations/proofs", body: { [word]: word } },
    { path: "/v1/episodes/presign", body: { object_key: word, file: `${word}.json` } },
    { path: "/v1/snapshots", body: { version: word, files: [{ name: `${word}.jsonl`, sha256: word }] } },
    { path: `/v1/uploads/${word}`, method: "PUT", body: { word } },
  ];
  const reads = [
    `/?q=${word}&tool=${word}&cursor=${word}`,
    `/v1/episodes?text=${word}&cursor=${word}`,
    `/v1/episodes/${word}`,
    `/episodes/${word}`,
    `/episodes/${word}.md`,
    `/report/${word}`,
    `/reports/${word}`,
    `/releases/${word}`,
    `/v1/releases/${word}/files/${word}`,
    `/sign-in?callbackUrl=%2F${word}&error=${word}`,
    `/api/auth/callback/email?token=${word}&email=${word}%40example.org`,
    `/api/auth/${word}`,
    `/${word}/${word}.php?${word}`,
    `/healthz?${word}`,
    `/readyz?verbose=${word}`,
    `/_next/static/${word}.js`,
    "/v1/episodes?text=%00%ff%27%3B%20select",
  ].map((path) => ({ path }));
  return [
    ...bodies.map((one) => ({ ...one, token, headers })),
    ...reads.map((one) => ({ ...one, headers })),
    { path: "/v1/token", headers: { ...headers, authorization: `Bearer ${word}` } },
    { path: "/v1/episodes", method: "PATCH", headers: { ...headers, "content-type": word } },
    { path: `/${word}`, method: "PROPFIND", headers },
  ];
}

async function accepted(instance: WireInstance, word: string): Promise<string> {
  const who = await instance.contributor();
  const record = recordV2(word);
  const answer = await call(instance.url, { path: "/v1/episodes", token: who.token, body: record });
  expect(answer.status, answer.text).toBe(201);
  await instance.settled(who, record.id);
  const revoked = await call(instance.url, {
    path: "/v1/revocations",
    token: who.token,
    body: { episode_id: record.id },
  });
  expect(revoked.status, revoked.text).toBe(200);
  return who.token;
}

test("no log line and no metric says what was sent", async ({ instance }) => {
  const [refused, kept] = [instance.planted(), instance.word()];
  const token = await accepted(instance, kept);
  for (const one of hostileCalls(refused, token)) await call(instance.url, one);
  const { log, metrics } = await said();
  for (const secret of [refused, kept, token])
    for (const form of encodedForms(secret)) {
      expect(log.includes(form)).toBe(false);
      expect(metrics.includes(form)).toBe(false);
    }
  expect(metrics).toContain('trace_share_http_requests_total{route="other",method="other",status="4xx"}');
});

test("every request has one line with the id that its answer names", async ({ instance }) => {
  const answers = await Promise.all([
    call(instance.url, { path: "/about" }),
    call(instance.url, { path: "/v1/episodes/none" }),
    call(instance.url, { path: "/healthz", headers: { "x-request-id": "0123456789abcdef0123456789abcdef" } }),
    call(instance.url, { path: "/nowhere" }),
  ]);
  const ids = answers.map(({ headers }) => headers.get("x-request-id") ?? "");
  expect(ids[2]).toBe("0123456789abcdef0123456789abcdef");
  await expect.poll(async () => linesOf((await said()).log, ids).length).toBe(4);
  const lines = linesOf((await said()).log, ids);
  const seen = ids.map((id) => lines.find((line) => line["requestId"] === id));
  expect(seen.map((line) => [line?.["route"], line?.["method"], line?.["status"]])).toEqual([
    ["/about", "GET", 200],
    ["/v1/episodes/{id}", "GET", 404],
    ["/healthz", "GET", 200],
    ["other", "GET", 404],
  ]);
});

test("whose request it was is a digest, the same one each time", async ({ instance }) => {
  const who = await instance.contributor();
  const ask = () => call(instance.url, { path: "/v1/token", token: who.token });
  const ids = [await ask(), await ask()].map(({ headers }) => headers.get("x-request-id") ?? "");
  await expect.poll(async () => linesOf((await said()).log, ids).length).toBe(2);
  const [first, second] = linesOf((await said()).log, ids).map((line) => line["principal"]);
  expect(first).toMatch(/^[0-9a-f]{16}$/);
  expect(second).toBe(first);
  expect((await said()).log).not.toContain(who.account);
});

function linesOf(log: string, ids: readonly string[]): Record<string, unknown>[] {
  return log
    .split("\n")
    .filter((line) => line.startsWith("{") && line.includes('"event":"request.done"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>) // our own log
    .filter((line) => ids.includes(String(line["requestId"])));
}

test("web and worker count on ports of their own", async ({ instance }) => {
  await accepted(instance, instance.word());
  const { metrics } = await said();
  for (const sample of [
    'trace_share_info{role="web"} 1',
    'trace_share_info{role="worker"} 1',
    "trace_share_figures_up 1",
    'trace_share_jobs_parked{job="screen"} 0',
    "nodejs_eventloop_lag_p99_seconds",
  ])
    expect(metrics).toContain(sample);
  expect(metrics).toMatch(/^trace_share_uploads_total\{verdict="created"\} [1-9]/m);
  expect(metrics).toMatch(/^trace_share_revocation_seconds_count\{until="pages"\} [1-9]/m);
  expect(metrics).toMatch(/^trace_share_job_seconds_count\{job="store-body",result="completed"\} [1-9]/m);
  const onPages = await call(instance.url, { path: "/metrics" });
  expect(onPages.status).toBe(404);
});
