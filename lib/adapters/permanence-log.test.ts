import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GENESIS, type PermanenceEntry, type PermanenceFact } from "#lib/domain/permanence/entries.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { ObjectStore } from "#lib/ports/object-store.ts";
import type { PermanenceLog } from "#lib/ports/permanence-log.ts";
import { systemError, watchFiles } from "./testing/file-faults.ts";
import { openFileObjectStore } from "./object-store-fs.ts";
import { createFilePermanenceLog } from "./permanence-log-file.ts";
import { createObjectPermanenceLog } from "./permanence-log-objects.ts";

const IMPLEMENTATIONS: { name: string; make: (folder: string) => Promise<PermanenceLog> }[] = [
  { name: "a file", make: async (place) => createFilePermanenceLog(place) },
  { name: "objects", make: async (place) => createObjectPermanenceLog(await openFileObjectStore(place)) },
];
const AT = new Date("2026-01-02T03:04:05.678Z");
const fact = (n: number): PermanenceFact => ({
  type: "episode.unhidden",
  publicId: n.toString(16).padStart(64, "0"),
});

let folder = "";
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "permanence-")), "log");
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

describe.each(IMPLEMENTATIONS)("never-forget log in $name", ({ make }) => {
  test("begins empty", async () => {
    const log = await make(folder);
    expect(await log.head()).toEqual(GENESIS);
    expect(await entriesOf(log)).toEqual([]);
  });

  test("makes one chain of appends that come at once", async () => {
    const log = await make(folder);
    const heads = await Promise.all(Array.from({ length: 20 }, (_, n) => log.append([fact(n)], AT)));
    expect(heads.map(({ seq }) => seq)).toEqual(heads.map((_, n) => n + 1));
    expect(await entriesOf(log)).toHaveLength(20);
  });

  test("gives entries back in order, to this process and the next", async () => {
    const log = await make(folder);
    const first = await log.append([fact(1)], AT);
    const second = await log.append([fact(2), fact(3)], AT);
    expect(first.seq).toBe(1);
    expect(second.seq).toBe(3);
    const other = await make(folder);
    expect(await other.head()).toEqual(second);
    const entries = await entriesOf(other);
    expect(entries.map((entry) => entry.fact)).toEqual([fact(1), fact(2), fact(3)]);
    expect(entries[0]).toMatchObject({ at: AT.toISOString(), previous: "genesis", hash: first.hash });
  });

  test("appends nothing for no facts", async () => {
    const log = await make(folder);
    const head = await log.append([fact(1)], AT);
    expect(await log.append([], AT)).toEqual(head);
  });

  test("extends the chain of another process", async () => {
    const one = await make(folder);
    const other = await make(folder);
    for (let n = 1; n <= 6; n += 1) await (n % 2 ? one : other).append([fact(n)], AT);
    expect((await entriesOf(one)).map((entry) => entry.seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await one.head()).toEqual(await other.head());
  });

  test("refuses a fact that it could not read back, and stays whole", async () => {
    const log = await make(folder);
    const head = await log.append([fact(1)], AT);
    const wrong: PermanenceFact = { type: "token.revoked", tokenId: "no uuid" };
    await expect(log.append([fact(2), wrong], AT)).rejects.toMatchObject({ code: "internal" });
    expect(await log.head()).toEqual(head);
  });
});

describe("never-forget log in objects", () => {
  const open = async () => {
    const objects = await openFileObjectStore(folder);
    return { objects, log: createObjectPermanenceLog(objects) };
  };

  test("makes one chain of processes that write at once without a lock", async () => {
    const logs = await Promise.all(Array.from({ length: 4 }, open));
    const heads = await Promise.all(logs.map(({ log }, n) => log.append([fact(n), fact(n + 10)], AT)));
    expect(heads.map(({ seq }) => seq).sort()).toEqual([2, 4, 6, 8]);
    for (const { log } of logs) expect(await entriesOf(log)).toHaveLength(8);
  });

  test("is broken by a changed, missing, torn or renamed object", async () => {
    const { objects, log } = await open();
    for (let n = 1; n <= 3; n += 1) await log.append([fact(n)], AT);
    const key = "permanence/000000000002.jsonl";
    const text = Buffer.from((await objects.get(key)) ?? []).toString();
    const third = Buffer.from((await objects.get("permanence/000000000003.jsonl")) ?? []).toString();
    for (const wrong of [null, "", "{}\n", text.slice(0, -1), text.replace("2026", "2027"), third]) {
      await objects.remove(key);
      if (wrong !== null) await objects.put(key, Buffer.from(wrong));
      await expect(entriesOf(createObjectPermanenceLog(objects))).rejects.toMatchObject({
        code: "permanence_broken",
      });
    }
  });

  test("appends nothing behind an object that is wrong", async () => {
    const { objects, log } = await open();
    await log.append([fact(1)], AT);
    await objects.put("permanence/000000000002.jsonl", Buffer.from("{}\n"));
    for (const one of [log, createObjectPermanenceLog(objects)])
      await expect(one.append([fact(2)], AT)).rejects.toMatchObject({ code: "permanence_broken" });
  });

  test("counts an append whose answer was lost once", async () => {
    const { objects } = await open();
    const lossy: ObjectStore = {
      ...objects,
      async put(key, bytes) {
        await objects.put(key, bytes);
        throw new AppError("unavailable");
      },
    };
    await expect(createObjectPermanenceLog(lossy).append([fact(1)], AT)).rejects.toMatchObject({
      code: "unavailable",
    });
    const log = createObjectPermanenceLog(objects);
    expect((await log.append([fact(2)], AT)).seq).toBe(2);
    expect((await entriesOf(log)).map((entry) => entry.fact)).toEqual([fact(1), fact(2)]);
  });
});

describe("never-forget log in a file", () => {
  const path = () => join(folder, "log.jsonl");

  test("goes on after a crash at any byte of the last line, and keeps what it cut", async () => {
    const log = createFilePermanenceLog(folder);
    const head = await log.append([fact(1), fact(2)], AT);
    const start = statSync(path()).size;
    await log.append([fact(3)], AT);
    const whole = readFileSync(path());
    for (let size = start + 1; size < whole.length; size += 1) {
      rmSync(folder, { recursive: true });
      const crashed = createFilePermanenceLog(folder);
      await crashed.append([fact(1), fact(2)], AT);
      writeFileSync(path(), whole.subarray(0, size));
      expect(await crashed.head()).toEqual(head);
      expect(await entriesOf(crashed)).toHaveLength(2);
      expect((await crashed.append([fact(4)], AT)).seq).toBe(3);
      expect((await entriesOf(crashed)).map((entry) => entry.fact)).toEqual([fact(1), fact(2), fact(4)]);
      expect(readFileSync(join(folder, "log.torn-1"))).toEqual(whole.subarray(start, size));
    }
  });

  test("keeps every torn line, also of a log that is nothing else", async () => {
    const log = createFilePermanenceLog(folder);
    await log.append([], AT);
    writeFileSync(path(), '{"seq":1,');
    expect(await log.head()).toEqual(GENESIS);
    await log.append([fact(1)], AT);
    writeFileSync(path(), '{"seq"', { flag: "a" });
    await log.append([fact(2)], AT);
    expect(readdirSync(folder).sort()).toEqual(["append.lock", "log.jsonl", "log.torn-1", "log.torn-2"]);
    expect(await entriesOf(log)).toHaveLength(2);
  });

  test("is broken by a changed, missing or foreign line", async () => {
    const log = createFilePermanenceLog(folder);
    await log.append([fact(1), fact(2), fact(3)], AT);
    const [one = "", two = "", three = ""] = readFileSync(path(), "utf8").split("\n");
    const foreign = "{}";
    for (const lines of [
      [one, three],
      [two, three],
      [two, one, three],
      [one, two.replace("2026", "2027"), three],
      [one, foreign, three],
      [one, "", two, three],
      [one, two, three, three],
    ]) {
      writeFileSync(path(), `${lines.join("\n")}\n`);
      await expect(entriesOf(log)).rejects.toMatchObject({ code: "permanence_broken" });
    }
  });

  test("appends nothing to a last line that is whole and wrong", async () => {
    const log = createFilePermanenceLog(folder);
    await log.append([fact(1)], AT);
    const changed = readFileSync(path(), "utf8").replace("2026", "2027");
    writeFileSync(path(), changed);
    await expect(log.head()).rejects.toMatchObject({ code: "permanence_broken" });
    await expect(log.append([fact(2)], AT)).rejects.toMatchObject({ code: "permanence_broken" });
    expect(readFileSync(path(), "utf8")).toBe(changed);
  });

  test("reads logs longer than its buffer, and is closed to other users", async () => {
    const log = createFilePermanenceLog(folder);
    const facts = Array.from({ length: 700 }, (_, n) => fact(n));
    const head = await log.append(facts, AT);
    expect(statSync(path()).size).toBeGreaterThan(3 * 64 * 1024);
    expect(await log.head()).toEqual(head);
    expect((await entriesOf(log)).map((entry) => entry.fact)).toEqual(facts);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  test("forgets an append that could not be made durable, and goes on", async () => {
    const log = createFilePermanenceLog(folder);
    const head = await log.append([fact(1)], AT);
    for (const [call, code, expected] of [
      ["sync", "EIO", "unavailable"],
      ["writeFile", "ENOSPC", "storage_full"],
    ] as const) {
      const watched = await watchFiles(call);
      try {
        watched.mockRejectedValueOnce(systemError(code));
        await expect(log.append([fact(2)], AT)).rejects.toMatchObject({ code: expected });
      } finally {
        watched.mockRestore();
      }
      expect(await log.head()).toEqual(head);
    }
    expect((await log.append([fact(3)], AT)).seq).toBe(2);
    expect((await entriesOf(log)).map((entry) => entry.fact)).toEqual([fact(1), fact(3)]);
  });

  test("makes facts, file and folder durable before it answers", async () => {
    const sync = await watchFiles("sync");
    try {
      await createFilePermanenceLog(folder).append([fact(1)], AT);
      // the new folder's parent, the folder that got the file, the file
      expect(sync).toHaveBeenCalledTimes(3);
      await createFilePermanenceLog(folder).append([fact(2)], AT);
      expect(sync).toHaveBeenCalledTimes(4);
    } finally {
      sync.mockRestore();
    }
  });

  test("says unavailable when it can't be written", async () => {
    const log = createFilePermanenceLog(join(folder, "inner"));
    await createFilePermanenceLog(folder).append([fact(1)], AT);
    writeFileSync(join(folder, "inner"), "a file in the way");
    await expect(log.append([fact(2)], AT)).rejects.toMatchObject({ code: "unavailable" });
  });
});

async function entriesOf(log: PermanenceLog): Promise<PermanenceEntry[]> {
  const entries: PermanenceEntry[] = [];
  for await (const entry of log.entries()) entries.push(entry);
  return entries;
}
