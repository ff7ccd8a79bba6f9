import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { expect } from "@playwright/test";
import { call, expectProblem } from "./http.ts";
import { type Contributor, test, type WireInstance } from "./instance.ts";
import {
  type OlderSettings,
  publishEpisode,
  publishSnapshot,
  revoke,
  uploadEpisode,
  upsert,
} from "./older-client.ts";
import { recordV1 } from "./records.ts";

// The older client as people have it installed, against the running platform (wire-protocol; docs/PROPOSAL.md, "Wire").

function settingsFor(
  instance: WireInstance,
  who: Contributor,
  mode: OlderSettings["mode"] = "legacy",
): OlderSettings {
  const { url } = instance;
  return { baseUrl: url, token: who.token, mode, vectorUrl: `${url}/v1/index`, vectorToken: who.token };
}

for (const mode of ["legacy", "presigned", "auto"] as const) {
  test(`the older client publishes in ${mode} mode, twice with one receipt, until the episode is public`, async ({
    instance,
  }) => {
    const who = await instance.contributor();
    const settings = settingsFor(instance, who, mode);
    const word = instance.word();
    const record = recordV1(word);
    const first = await publishEpisode(settings, record);
    expect(first.episode_id).toBe(record.id);
    expect(await publishEpisode(settings, record)).toEqual(first);

    const status = await instance.settled(who, record.id);
    expect(status).toMatchObject({ episode_id: record.id, public_id: record.id, state: "published" });
    const read = await call(instance.url, { path: `/v1/episodes/${record.id}` });
    expect(read.status).toBe(200);
    expect(read.json).toMatchObject({ id: record.id, hash_basis: 1, disclosure: "summary" });
    // a summary keeps previews and the shape of the trace, and drops its words
    expect(read.text).toContain(`Fix the flaky ${word} test`);
    expect(read.text).not.toContain("I will run it");
    expect(read.text).not.toContain(String(record["session_id"]));
  });
}

test("revoking by the declared id answers 200, again 200, and every form of the episode is gone", async ({
  instance,
}) => {
  const who = await instance.contributor();
  const settings = settingsFor(instance, who);
  const word = instance.word();
  const record = recordV1(word);
  await publishEpisode(settings, record);
  await instance.settled(who, record.id);
  const forms = ["", ".json", ".jsonl", ".md"].map((ending) => `/episodes/${record.id}${ending}`);
  for (const path of forms) expect((await call(instance.url, { path })).status, path).toBe(200);
  await expect.poll(() => found(instance, word), { timeout: 10_000 }).toEqual([record.id]);

  await revoke(settings, record.id, null);
  await revoke(settings, record.id, "changed my mind");
  const api = await call(instance.url, { path: `/v1/episodes/${record.id}` });
  expectProblem(api, { status: 410, code: "gone", words: [word] });
  for (const path of forms) {
    const answer = await call(instance.url, { path });
    expect(answer.status, path).toBe(410);
    expect(answer.text).not.toContain(word);
  }
  expect(await found(instance, word)).toEqual([]);
  const again = await call(instance.url, { path: "/v1/episodes", token: who.token, body: record });
  expectProblem(again, { status: 410, code: "withdrawn", words: [word] });
  expect(await instance.settled(who, record.id)).toMatchObject({ tombstone: "withdrawn" });
});

async function found(instance: WireInstance, word: string): Promise<string[]> {
  const answer = await call(instance.url, { path: `/v1/episodes?q=${word}` });
  return (answer.json as { items: { id: string }[] }).items.map(({ id }) => id);
}

test("a namespaced record is verified over the tool's name without the namespace", async ({ instance }) => {
  const who = await instance.contributor();
  const record = recordV1(instance.word(), { source_tool: "acme:codex_cli" }, { source_tool: "codex_cli" });
  await publishEpisode(settingsFor(instance, who), record);
  const status = await instance.settled(who, record.id);
  expect(status).toMatchObject({ public_id: record.id, state: "published" });
  const read = await call(instance.url, { path: `/v1/episodes/${record.id}` });
  expect(read.json).toMatchObject({ source: { tool: "codex_cli", namespace: "acme" } });
});

test("a record of `run`, whose hash can't be recomputed, is public under an id of its own and revoked by the declared one", async ({
  instance,
}) => {
  const who = await instance.contributor();
  const settings = settingsFor(instance, who);
  const record = recordV1(instance.word(), {}, { session_id: "rollout-2026-02-25.jsonl" });
  expect((await publishEpisode(settings, record)).episode_id).toBe(record.id);
  const status = await instance.settled(who, record.id);
  expect(status.state).toBe("published");
  expect(status.public_id).not.toBe(record.id);
  const path = `/v1/episodes/${status.public_id}`;
  expect((await call(instance.url, { path })).status).toBe(200);
  expect((await call(instance.url, { path: `/v1/episodes/${record.id}` })).status).toBe(404);
  await revoke(settings, record.id, null);
  expect((await call(instance.url, { path })).status).toBe(410);
});

test("the same id with other bytes answers 200 with the first key, and the first stays", async ({
  instance,
}) => {
  const who = await instance.contributor();
  const settings = settingsFor(instance, who);
  const word = instance.word();
  const record = recordV1(word);
  const first = await uploadEpisode(settings, record);
  // outside of what the older hash covers
  const other = { ...record, policy_version: "policy-v2" };
  expect(await uploadEpisode(settings, other)).toEqual(first);
});

test("uploads of a shared token are reviewed, and its revocation hides what it uploaded alone", async ({
  instance,
}) => {
  const shared = await instance.contributor({ shared: true });
  const settings = settingsFor(instance, shared);
  const record = recordV1(instance.word());
  await publishEpisode(settings, record);
  const status = await instance.settled(shared, record.id);
  expect(status).toMatchObject({ state: "quarantined", reason: "shared_token" });
  await revoke(settings, record.id, null);
  const unknown = recordV1(instance.word());
  await expect(revoke(settings, unknown.id, null)).rejects.toThrow(/^status=404 body=/);
});

test("a raw record of the older client waits for a person", async ({ instance }) => {
  const who = await instance.contributor();
  const meta = { raw_content_included: true, tool_names: [], error_types: [] };
  const record = recordV1(instance.word(), { meta });
  await publishEpisode(settingsFor(instance, who), record);
  expect(await instance.settled(who, record.id)).toMatchObject({
    state: "quarantined",
    reason: "older_client_raw",
  });
});

test("a revocation before its upload is a final 404 and binds the upload that comes later", async ({
  instance,
}) => {
  const who = await instance.contributor();
  const settings = settingsFor(instance, who);
  const record = recordV1(instance.word());
  await expect(revoke(settings, record.id, null)).rejects.toThrow(/^status=404 body=/);
  await expect(uploadEpisode(settings, record)).rejects.toThrow(/^status=410 body=.*"code":"withdrawn"/);
  // and it binds nobody else
  const other = await instance.contributor();
  await uploadEpisode(settingsFor(instance, other), record);
});

test("a snapshot is registered and stays private", async ({ instance }) => {
  const who = await instance.contributor({ scopes: ["episodes:write", "snapshots:publish"] });
  const settings = settingsFor(instance, who);
  const version = `9.9.${process.pid}`;
  const answer = await publishSnapshot(settings, version);
  expect(answer).toMatchObject({ version, public_url: null });
  expect(await publishSnapshot(settings, version)).toEqual(answer);
  expect((await call(instance.url, { path: `/v1/releases/${version}` })).status).toBe(404);
  const list = await call(instance.url, { path: "/v1/releases" });
  expect(list.text).not.toContain(version);
  // another account's registration of the version is no claim on it, and its pointer is its own
  const other = await instance.contributor({ scopes: ["episodes:write"] });
  const pointer = { id: `snapshot:${version}`, data: "", metadata: {} };
  await expect(upsert(settingsFor(instance, other), pointer)).rejects.toThrow(/^status=404/);
});

test("a pointer to what the account did not upload is refused", async ({ instance }) => {
  const [who, other] = [await instance.contributor(), await instance.contributor()];
  const word = instance.word();
  const record = recordV1(word);
  await uploadEpisode(settingsFor(instance, who), record);
  const pointer = { id: record.id, data: word, metadata: { text: word } };
  await expect(upsert(settingsFor(instance, other), pointer)).rejects.toThrow(/^status=404/);
});

test("auto mode goes back to legacy on 404 and 501 of presign only", async ({ instance }) => {
  for (const status of [404, 501, 403]) {
    const front = await presignAnswering(status, instance.url);
    const who = await instance.contributor();
    const record = recordV1(instance.word());
    const settings = { ...settingsFor(instance, who, "auto"), baseUrl: front.url, firstWaitMs: 5 };
    const upload = uploadEpisode(settings, record);
    if (status === 403) await expect(upload).rejects.toThrow("status=403");
    else expect((await upload).episode_id).toBe(record.id);
    await front.close();
  }
});

/** The platform with presigning turned off in front of it. */
async function presignAnswering(
  status: number,
  target: string,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((incoming, outgoing) => {
    if (incoming.url?.endsWith("/presign")) outgoing.writeHead(status).end();
    else void passOn(target, incoming, outgoing);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  return { url: `http://127.0.0.1:${port}`, close };
}

async function passOn(target: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { authorization = "" } = incoming.headers;
  const body = await buffer(incoming);
  const answer = await call(target, { path: incoming.url ?? "/", body, headers: { authorization } });
  outgoing.writeHead(answer.status, { "content-type": "application/json" }).end(answer.text);
}
