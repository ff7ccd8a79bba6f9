import { request } from "node:http";
import { zstdCompressSync } from "node:zlib";
import { expect } from "@playwright/test";
import { sha256Hex } from "#lib/domain/hash.ts";
import { BATCH_LIMITS, BatchLine, NDJSON } from "#lib/domain/wire/batch.ts";
import { zstd } from "./bad-bodies.ts";
import { type Answer, type Call, call, expectProblem } from "./http.ts";
import { type Contributor, test, type WireInstance } from "./instance.ts";
import { recordV1, recordV2, stepsV2 } from "./records.ts";

// Many records in one request. Each stands for itself: a line is the whole truth about its record, and no line says that nothing is certain.

const MIB = 1024 * 1024;

type Sent = Omit<Call, "path" | "token">;

function send(instance: WireInstance, who: Pick<Contributor, "token">, sent: Sent) {
  const headers = { "content-type": NDJSON, ...sent.headers };
  return call(instance.url, { ...sent, path: "/v1/episodes/batch", token: who.token, headers });
}

/** Records, and texts that are sent as they are, as a body of lines. */
function body(...lines: unknown[]): string {
  return lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");
}

function linesOf(answer: Answer): BatchLine[] {
  expect(answer.status, answer.text).toBe(200);
  expect(answer.headers.get("content-type")).toBe(NDJSON);
  expect(answer.text).toMatch(/^(?:.*\n)*$/);
  const lines = answer.text.split("\n").slice(0, -1);
  return lines.map((line, index) => {
    const read = BatchLine.parse(JSON.parse(line));
    expect(read.index).toBe(index);
    return read;
  });
}

const statuses = (lines: readonly BatchLine[]) =>
  lines.map((line) => ("code" in line ? `${line.status} ${line.code}` : String(line.status)));

async function ownIds({ deps }: WireInstance, who: Contributor): Promise<string[]> {
  const rows = await deps.store.episodes.listOwn(who.account, { limit: 100 });
  return rows.map((row) => row.declaredId).sort();
}

test("takes records of both versions, compressed or not, and answers each as a single upload", async ({
  instance,
}) => {
  const who = await instance.contributor();
  const records = [recordV2(instance.word()), recordV1(instance.word()), recordV2(instance.word())];
  const first = await send(instance, who, zstd(zstdCompressSync(body(...records))));
  const lines = linesOf(first);
  expect(statuses(lines)).toEqual(["201", "201", "201"]);
  expect(lines).toMatchObject(records.map(({ id }) => ({ episode_id: id })));
  const again = await send(instance, who, { body: body(...records).trimEnd(), chunked: true });
  expect(linesOf(again)).toEqual(lines.map((line) => ({ ...line, status: 200 })));
  const single = await call(instance.url, { path: "/v1/episodes", token: who.token, body: records[0] });
  const { index: _index, status: _status, ...receipt } = lines[0] ?? { index: 0, status: 0 };
  expect([single.status, single.json]).toEqual([200, receipt]);
  expect((await instance.settled(who, records[2]?.id ?? "")).state).toBe("published");
});

test("a refusal refuses its record alone, repeats nothing of it and keeps nothing", async ({ instance }) => {
  const who = await instance.contributor();
  const word = instance.planted();
  const [withdrawn, first, same] = [instance.word(), instance.word(), instance.word()].map((it) =>
    recordV2(it),
  );
  for (const record of [withdrawn, first])
    await call(instance.url, { path: "/v1/episodes", token: who.token, body: record });
  const revoked = { path: "/v1/revocations", token: who.token, body: { episode_id: withdrawn?.id } };
  expect((await call(instance.url, revoked)).status).toBe(200);
  const answer = await send(instance, who, {
    body: body(
      `{"prompt": ${word}`,
      "",
      { ...recordV2(word), [`field ${word}`]: word },
      withdrawn,
      // the same id with other bytes: another slot is another record
      { ...first, private: { ...first?.private, slot: "0".repeat(64) } },
      `"${word}${" ".repeat(BATCH_LIMITS.recordBytes)}"`,
      same,
      same,
    ),
  });
  const lines = linesOf(answer);
  expect(statuses(lines)).toEqual([
    "400 malformed_json",
    "400 malformed_json",
    "422 schema_invalid",
    "410 withdrawn",
    "409 id_conflict",
    "413 body_too_large",
    "201",
    "200",
  ]);
  expect(answer.text).not.toContain(word);
  expect(lines[2]).toMatchObject({ errors: [{ path: "$" }] });
  expect(await instance.placesHolding(word)).toEqual([]);
  expect(await ownIds(instance, who)).toEqual([withdrawn, first, same].map((it) => it?.id).sort());
});

test("a frame that is cut or followed by anything confirms what stood whole before, and no more", async ({
  instance,
}) => {
  const who = await instance.contributor();
  const words = [instance.word(), instance.word(), instance.planted()];
  const records = words.map((word) => recordV2(word, { steps: stepsV2(word, 400) }));
  const whole = zstdCompressSync(body(...records));
  const cut = await send(instance, who, zstd(whole.subarray(0, whole.length - 40)));
  const certain = linesOf(cut);
  expect(statuses(certain).at(-1)).toBe("400 malformed_text");
  expect(
    statuses(certain)
      .slice(0, -1)
      .every((status) => status === "201"),
  ).toBe(true);
  expect(cut.text).not.toContain(words[2]);
  expect(await ownIds(instance, who)).toHaveLength(certain.length - 1);
  const plain = body(...records);
  const half = await send(instance, who, { body: plain.slice(0, plain.length - 30) });
  expect(statuses(linesOf(half)).at(-1)).toBe("400 malformed_json");
  expect(await ownIds(instance, who)).toHaveLength(2);
  const twice = await send(instance, who, zstd(Buffer.concat([whole, whole])));
  expect(statuses(linesOf(twice)).at(-1)).toBe("400 malformed_text");
});

test("a connection that breaks in the middle leaves whole records or nothing of them", async ({
  instance,
}) => {
  const who = await instance.contributor();
  const [first, second] = [recordV2(instance.word()), recordV2(instance.planted())];
  const text = body(first, second);
  const sent = request(`${instance.url}/v1/episodes/batch`, {
    method: "POST",
    headers: { authorization: `Bearer ${who.token}`, "content-type": NDJSON, "content-length": text.length },
    agent: false,
  });
  sent.on("error", () => {});
  const answered = new Promise((resolve) => {
    sent.once("response", (response) => response.once("data", resolve));
  });
  sent.write(text.slice(0, -30));
  // the first record is certain while the second one is still on its way
  expect(statuses([BatchLine.parse(JSON.parse(String(await answered)))])).toEqual(["201"]);
  sent.destroy();
  const again = await send(instance, who, { body: text });
  expect(statuses(linesOf(again))).toEqual(["200", "201"]);
  expect(await ownIds(instance, who)).toEqual([first.id, second.id].sort());
});

test("a token that is revoked in the middle sends nothing more", async ({ instance }) => {
  const who = await instance.contributor();
  const [first, second] = [recordV2(instance.word()), recordV2(instance.planted())];
  const sent = request(`${instance.url}/v1/episodes/batch`, {
    method: "POST",
    headers: { authorization: `Bearer ${who.token}`, "content-type": NDJSON },
    agent: false,
  });
  const lines: BatchLine[] = [];
  const ended = new Promise((resolve, reject) => {
    sent.once("error", reject);
    sent.once("response", (response) => {
      response.on("data", (chunk) => lines.push(BatchLine.parse(JSON.parse(String(chunk)))));
      response.once("end", resolve);
    });
  });
  sent.write(body(first));
  await expect.poll(() => statuses(lines)).toEqual(["201"]);
  const token = await instance.deps.store.tokens.byHash(sha256Hex(who.token));
  await instance.deps.store.tokens.revoke(token?.id ?? "", new Date());
  sent.end(body(second));
  await ended;
  expect(statuses(lines)).toEqual(["201", "401 unauthenticated"]);
  expect(await ownIds(instance, who)).toEqual([first.id]);
});

test("takes 64 records and 16 MiB, and reads no further", async ({ instance }) => {
  const who = await instance.contributor();
  const many = await send(instance, who, { body: body(...Array.from({ length: 66 }, () => "{}")) });
  const lines = statuses(linesOf(many));
  expect(lines.slice(0, 64).every((status) => status.startsWith("422"))).toBe(true);
  expect(lines.slice(64)).toEqual(["413 body_too_large"]);
  const word = instance.planted();
  const full = `"${word}${" ".repeat(7 * MIB)}"`;
  const noise = Buffer.from(Array.from({ length: 120_000 }, () => instance.deps.ids.hex(64)).join(" "));
  const large = zstdCompressSync(
    body(
      recordV2(instance.word()),
      noise.subarray(0, 7 * MIB).toString(),
      noise.subarray(0, 7 * MIB).toString(),
      full,
    ),
  );
  const over = await send(instance, who, zstd(large));
  expect(statuses(linesOf(over))).toEqual([
    "201",
    "400 malformed_json",
    "400 malformed_json",
    "413 body_too_large",
  ]);
  for (const chunked of [false, true]) {
    const sent = { body: body(recordV2(word), `"${" ".repeat(17 * MIB)}"`), chunked };
    const plain = await send(instance, who, sent);
    if (chunked) expect(statuses(linesOf(plain)).at(-1)).toBe("413 body_too_large");
    else expectProblem(plain, { status: 413, code: "body_too_large", words: [word] });
  }
});

test("a bomb is refused before it is unpacked", async ({ instance }) => {
  const who = await instance.contributor();
  const word = instance.planted();
  const bomb = zstdCompressSync(`"${word}${" ".repeat(64 * MIB)}"\n`);
  const answer = await send(instance, who, zstd(bomb));
  expect(statuses(linesOf(answer))).toEqual(["413 body_too_large"]);
  expect(answer.text).not.toContain(word);
});

test("what can't be a batch at all is one problem", async ({ instance }) => {
  const who = await instance.contributor();
  const sent = { body: body(recordV2(instance.word())) };
  const type = { "content-type": "application/json" };
  const wrongType = await send(instance, who, { ...sent, headers: type });
  expectProblem(wrongType, { status: 415, code: "unsupported_media_type" });
  const gzip = await send(instance, who, { ...sent, headers: { "content-encoding": "gzip" } });
  expectProblem(gzip, { status: 415, code: "unsupported_media_type" });
  expectProblem(await send(instance, { token: "tshr_none" }, sent), { status: 401, code: "unauthenticated" });
  const reader = await instance.contributor({ scopes: ["read"] });
  expectProblem(await send(instance, reader, sent), { status: 403, code: "scope_missing" });
  expect(linesOf(await send(instance, who, { body: "" }))).toEqual([]);
  expect(await ownIds(instance, who)).toEqual([]);
});

test("over the limit of uploads a record says when it can come again, and the others are not lost", async ({
  instance,
}) => {
  const { deps } = instance;
  const who = await instance.contributor();
  const records = [recordV2(instance.word()), recordV2(instance.word())];
  const key = `upload|account|${who.account}`;
  await Promise.all(Array.from({ length: 1_199 }, () => deps.keyValue.hit(key, 60)));
  const lines = linesOf(await send(instance, who, { body: body(...records) }));
  expect(statuses(lines)[0]).toBe("201");
  expect(statuses(lines)[1]).toMatch(/^(?:429 rate_limited|503 unavailable)$/);
  const [, late] = lines;
  const wait = late && "retry_after" in late ? (late.retry_after ?? 0) : 0;
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60);
  expect(await ownIds(instance, who)).toEqual([records[0]?.id]);
});
