import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  at,
  byRule,
  openStoreFixture,
  plainCase,
  plainSnapshot,
  type StoreFixture,
} from "#db/testing/store-fixture.ts";
import { dump, load } from "./backup.ts";
import { BACKUP_TABLES } from "./backup-tables.ts";

let source: StoreFixture;
let target: StoreFixture;
let lines: string[];
beforeAll(async () => {
  [source, target] = await Promise.all([openStoreFixture(), openStoreFixture()]);
  await fill(source);
  lines = await dumped(source);
});
afterAll(() => Promise.all([source.close(), target.close()]));

async function dumped({ handle }: StoreFixture): Promise<string[]> {
  const written: string[] = [];
  await dump(handle, async (line) => void written.push(line));
  return written;
}

async function* streamOf(list: readonly string[]): AsyncIterable<string> {
  yield* list;
}

/** A row in every table, with the values that text formats like to break. */
async function fill({ store, handle, ...make }: StoreFixture): Promise<void> {
  const userId = await make.newAccount();
  const tokenId = randomUUID();
  const token = { id: tokenId, userId, name: "laptop", scopes: ["read" as const], shared: false, hash: "h" };
  await store.tokens.insert({ ...token, createdAt: at, expiresAt: at, lastUsedAt: null, revokedAt: null });
  await handle.sql`insert into oauth_account values ('github', '1', ${userId}, 'oauth')`;
  const awkward = 'quotes " \' \\ {a,"b"}\nlines\r\n\t separators \u2028\u2029 \u{1f600} \u007f';
  const episode = await make.published({
    account: userId,
    tokenId,
    title: awkward,
    languages: [awkward, "NULL", ""],
  });
  await store.staging.put(
    episode.id,
    Uint8Array.from({ length: 1_000 }, (_, index) => index % 256),
    "d",
  );
  const finding = { rule: "r", kind: "secret" as const, path: "$", start: 0, end: 1 };
  await store.episodes.setScan(episode.id, { rulesVersion: "1", openFindings: 1 }, [finding], ["findings"]);
  await make.apply(await make.insert(), { type: "revoked" }, { ...byRule, actor: "contributor" });
  await store.tombstones.insert({
    account: userId,
    declaredId: "d",
    slot: null,
    publicId: null,
    kind: "withdrawn",
    at,
  });
  await store.denyList.append(episode.id, true, "2026-03-04");
  const number = await store.cases.nextNumber(2026);
  const open = plainCase({ number, episodeId: episode.id, statement: awkward });
  await store.cases.insert(open);
  await store.cases.addReport({
    receiptHash: "r",
    caseId: open.id,
    step: 1,
    message: awkward,
    contact: null,
    at,
  });
  await store.cases.apply(open, "triage", { ...open, state: "triaged" }, byRule);
  await fillSnapshot(store, { userId, episodeId: episode.id });
  await store.instance.write({ paused: true, permanenceHead: { seq: 3, hash: "x" } });
  await store.audit.append({ at, actor: "operator", action: "pause", subject: null });
}

async function fillSnapshot(
  store: StoreFixture["store"],
  ids: { userId: string; episodeId: string },
): Promise<void> {
  const manifest = { zebra: 1.5e-7, 2: "b", 1: "a" };
  const draft = plainSnapshot({ asOfSeq: Number.MAX_SAFE_INTEGER, manifest });
  await store.snapshots.insert(draft, [ids.episodeId]);
  await store.snapshots.apply(draft, "build_started", { ...draft, state: "building" }, byRule);
  const file = {
    name: "manifest.json" as const,
    bytes: 1,
    sha256: "a",
    contentSha256: "a",
    rows: null,
    objectKey: "k",
  };
  await store.snapshots.setFiles(draft.id, [file]);
  const external = {
    version: "x",
    account: ids.userId,
    objectPrefix: "p",
    createdAt: at,
    manifest: { b: [], a: {} },
  };
  await store.snapshots.register({ ...external, checksums: "c", files: [], dataCard: "card" });
}

test("a backup holds every table, one line per row", () => {
  const header = JSON.parse(lines[0] ?? "");
  expect(Object.keys(header.rows).sort()).toEqual(BACKUP_TABLES.map((table) => table.name).sort());
  for (const [table, rows] of Object.entries(header.rows)) expect(rows, table).not.toBe(0);
  expect(lines.every((line) => !/[\n\r\u2028\u2029]/.test(line))).toBe(true);
});

test("every table is in the backup or named as left out", async () => {
  const LEFT_OUT = [
    "session",
    "verification_token",
    "upload_grant",
    "key_value",
    "search_document",
    "search_facet_count",
    "operation_run",
  ];
  const tables = await source.handle.sql`select tablename from pg_tables where schemaname = 'public'`;
  const known = [...BACKUP_TABLES.map((table) => table.name), ...LEFT_OUT];
  expect(tables.map((row) => String(row["tablename"])).sort()).toEqual(known.sort());
});

test.each([
  ["a line is missing", (all: string[]) => all.toSpliced(3, 1)],
  [
    "a line was changed",
    (all: string[]) => all.with(1, (all[1] ?? "").replace("example.org", "example.com")),
  ],
  ["it ends early", (all: string[]) => all.slice(0, -1)],
  ["it goes on", (all: string[]) => [...all, all[1] ?? ""]],
  ["it is something else", () => ['{"format":"other"}']],
  ["it is no JSON", () => ["words"]],
])("refuses a backup when %s, and keeps nothing of it", async (_name, change) => {
  await expect(load(target.handle, streamOf(change(lines)))).rejects.toMatchObject({ code: "input_invalid" });
  expect(await target.store.accounts.count()).toBe(0);
});

test("refuses a backup of another schema", async () => {
  const header = { ...JSON.parse(lines[0] ?? ""), schema: 1 };
  await expect(load(target.handle, streamOf(lines.with(0, JSON.stringify(header))))).rejects.toMatchObject({
    code: "configuration_invalid",
  });
});

test("what was restored dumps to the same lines, numbers on, and is not restored twice", async () => {
  await load(target.handle, streamOf(lines));
  expect(await dumped(target)).toEqual(lines);
  const [seq] = await target.handle.sql`select max(seq) as last from episode_event`;
  const episode = await target.insert({ id: "f".repeat(64) });
  await target.apply(episode, { type: "screened" });
  expect((await target.store.episodes.log(episode.id))[0]?.seq).toBe(Number(seq?.["last"]) + 1);
  await expect(load(target.handle, streamOf(lines))).rejects.toMatchObject({ code: "already_exists" });
});
