import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ObjectStore } from "#lib/ports/object-store.ts";
import { systemError, watchFiles } from "./testing/file-faults.ts";
import { realS3, type S3TestServer, startMemoryS3 } from "./testing/s3-server.ts";
import { openFileObjectStore } from "./object-store-fs.ts";
import { createS3ObjectStore } from "./object-store-s3.ts";
import { connectS3, type S3, type S3Place } from "./s3-client.ts";

/** The same place is the same store. */
type Make = (place: string) => Promise<ObjectStore>;
const REAL = realS3();
const IMPLEMENTATIONS: { name: string; absent: boolean; make: Make }[] = [
  { name: "files", absent: false, make: openFileObjectStore },
  {
    name: "a bucket of a server in this process",
    absent: false,
    make: (place) => inBucket(memory.place, place),
  },
  {
    name: "a bucket of a real server (needs TEST_S3_ENDPOINT)",
    absent: REAL === null,
    make: async (place) => inBucket(REAL ?? memory.place, place),
  },
];
const HASH = "ab".repeat(32);

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "object-store-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let memory: S3TestServer;
const connected: S3[] = [];
beforeAll(async () => {
  memory = await startMemoryS3();
});
afterEach(() => {
  for (const { client } of connected.splice(0)) client.destroy();
});
afterAll(() => memory.stop());

/** The store in the bucket that belongs to a folder of the tests. */
async function inBucket(place: Omit<S3Place, "bucket">, folder: string): Promise<ObjectStore> {
  const s3 = { ...connectS3({ ...place, bucket: basename(folder).toLowerCase() }), folder: "objects/" };
  connected.push(s3);
  // the second store of a place finds its bucket made
  await s3.client.send(new CreateBucketCommand({ Bucket: s3.bucket })).catch(() => undefined);
  return createS3ObjectStore(s3);
}

for (const { name, absent, make } of IMPLEMENTATIONS)
  describe.skipIf(absent)(`object store in ${name}`, () => {
    let store: ObjectStore;
    beforeEach(async () => {
      store = await make(folder);
    });

    test("gives back what was put, to this process and the next", async () => {
      expect(await store.put("bodies/one.json", bytes("content"))).toBe("created");
      expect(text(await store.get("bodies/one.json"))).toBe("content");
      expect(text(await (await make(folder)).get("bodies/one.json"))).toBe("content");
    });

    test("keeps the first bytes of a key", async () => {
      await store.put("bodies/one", bytes("first"));
      expect(await store.put("bodies/one", bytes("second"))).toBe("exists");
      expect(text(await store.get("bodies/one"))).toBe("first");
    });

    test("creates a key once among parallel writers", async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, n) => store.put("race/key", bytes(`writer ${n}`))),
      );
      expect(results.filter((result) => result === "created")).toHaveLength(1);
    });

    test("stores a stream and says how long it was", async () => {
      const parts = [randomBytes(100_000), randomBytes(70_000), new Uint8Array(0)];
      expect(await store.putStream("releases/a/file", from(parts))).toBe(170_000);
      expect(Buffer.from((await store.get("releases/a/file")) ?? [])).toEqual(Buffer.concat(parts));
      await expect(store.putStream("releases/a/file", from(parts))).rejects.toMatchObject({
        code: "already_exists",
      });
    });

    test("leaves nothing of a stream that breaks", async () => {
      const fault = new Error("the source broke");
      const source = async function* () {
        yield bytes("half");
        throw fault;
      };
      await expect(store.putStream("releases/half", source())).rejects.toBe(fault);
      expect(await store.get("releases/half")).toBeNull();
      expect(await listed(store, "")).toEqual([]);
      expect(await store.putStream("releases/half", from([bytes("whole")]))).toBe(5);
    });

    test("says how long an object is, and null of one that is not there", async () => {
      await store.put("bodies/one", bytes("content"));
      expect(await store.size("bodies/one")).toBe(7);
      expect(await store.size("bodies/two")).toBeNull();
    });

    test("opens an object as a stream with its size", async () => {
      const content = randomBytes(200_000);
      await store.put("big", content);
      const opened = await store.open("big");
      expect(opened?.bytes).toBe(200_000);
      expect(Buffer.from(await new Response(opened?.stream).arrayBuffer())).toEqual(content);
      const again = await store.open("big");
      const reader = again?.stream.getReader();
      await reader?.read();
      await reader?.cancel();
    });

    test("answers null for what is missing, also below an object", async () => {
      await store.put("a", bytes("x"));
      for (const key of ["missing", "missing/too", "a/b"]) {
        expect(await store.get(key)).toBeNull();
        expect(await store.open(key)).toBeNull();
        await store.remove(key);
      }
      expect(text(await store.get("a"))).toBe("x");
    });

    test("removes an object, and may take it again", async () => {
      await store.put("a/b", bytes("x"));
      await store.remove("a/b");
      expect(await store.get("a/b")).toBeNull();
      expect(await listed(store, "")).toEqual([]);
      expect(await store.put("a/b", bytes("y"))).toBe("created");
    });

    test("lists keys below a prefix as they were given", async () => {
      const keys = [
        `bodies/${HASH}.json`,
        `bodies/ab/${HASH}`,
        "bodies/x",
        "bodies2/x",
        "releases/1.0.0/train",
      ];
      for (const key of keys) await store.put(key, bytes(key));
      expect(await listed(store, "")).toEqual([...keys].sort());
      expect(await listed(store, "bodies/")).toEqual(keys.slice(0, 3).sort());
      expect(await listed(store, "bodies")).toEqual(keys.slice(0, 4).sort());
      expect(await listed(store, "releases/1.0.0/")).toEqual(["releases/1.0.0/train"]);
      expect(await listed(store, "nothing/here/")).toEqual([]);
      for (const key of keys) expect(text(await store.get(key))).toBe(key);
    });

    test("refuses keys that could leave the store or hide in it", async () => {
      const outside = join(folder, "..", "outside");
      for (const key of [
        "",
        "/etc/passwd",
        "../outside",
        "a/../../outside",
        "a//b",
        "a/",
        "./a",
        ".incoming/a",
        "a/.b",
        "A",
        "a\\b",
        "a\0b",
        "a b",
        "~ab/x",
        "x".repeat(600),
      ]) {
        await expect(attempt(() => store.put(key, bytes("x")))).rejects.toMatchObject({
          code: "input_invalid",
        });
        await expect(attempt(() => store.get(key))).rejects.toMatchObject({ code: "input_invalid" });
        await expect(attempt(() => store.remove(key))).rejects.toMatchObject({ code: "input_invalid" });
      }
      await expect(attempt(() => listed(store, "../"))).rejects.toMatchObject({ code: "input_invalid" });
      expect(statSync(outside, { throwIfNoEntry: false })).toBeUndefined();
    });

    test("is ready", async () => {
      await expect(store.ready()).resolves.toBeUndefined();
      await expect(store.alive()).resolves.toBeUndefined();
    });
  });

describe("object store in files", () => {
  test("removes what a crash left a day ago, and nothing younger", async () => {
    await openFileObjectStore(folder);
    const incoming = join(folder, ".incoming");
    const twoDaysAgo = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
    for (const name of ["old", "young"]) writeFileSync(join(incoming, name), "half");
    utimesSync(join(incoming, "old"), twoDaysAgo, twoDaysAgo);
    await openFileObjectStore(folder);
    expect(readdirSync(incoming)).toEqual(["young"]);
  });

  test("spreads files that are named by a hash, and keeps all from other users", async () => {
    const store = await openFileObjectStore(folder);
    await store.put(`bodies/${HASH}.json`, bytes("x"));
    const path = join(folder, "bodies", "~ab", "~ab", `${HASH}.json`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "bodies")).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, ".incoming"))).toEqual([]);
  });

  test("says unavailable when its folder is gone or is a file", async () => {
    const store = await openFileObjectStore(folder);
    rmSync(folder, { recursive: true });
    await expect(store.ready()).rejects.toMatchObject({ code: "unavailable" });
    await expect(store.alive()).rejects.toMatchObject({ code: "unavailable" });
    await expect(store.put("a", bytes("x"))).rejects.toMatchObject({ code: "unavailable" });
    writeFileSync(folder, "a file");
    await expect(openFileObjectStore(folder)).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("object store in files, when the disk fails", () => {
  test("makes content and name durable before it answers", async () => {
    const store = await openFileObjectStore(folder);
    const sync = await watchFiles("sync");
    try {
      await store.put("a/b", bytes("x"));
      // the file, the new folder's parent, and the folder that got the name
      expect(sync.mock.calls.length).toBeGreaterThanOrEqual(3);
      sync.mockClear();
      expect(await store.put("a/b", bytes("x"))).toBe("exists");
      expect(sync).toHaveBeenCalledTimes(1);
      sync.mockClear();
      await store.putStream("a/c", from([bytes("x")]));
      expect(sync).toHaveBeenCalledTimes(2);
    } finally {
      sync.mockRestore();
    }
  });

  test("takes nothing for stored whose bytes or name could not be made durable", async () => {
    const store = await openFileObjectStore(folder);
    const sync = await watchFiles("sync");
    try {
      for (let healthy = 0; healthy < 2; healthy += 1) {
        for (let n = 0; n < healthy; n += 1) sync.mockResolvedValueOnce();
        sync.mockRejectedValueOnce(systemError("EIO"));
        await expect(store.put("key", bytes("x"))).rejects.toMatchObject({ code: "unavailable" });
        expect(await store.get("key")).toBeNull();
      }
    } finally {
      sync.mockRestore();
    }
    expect(readdirSync(join(folder, ".incoming"))).toEqual([]);
    expect(await store.put("key", bytes("x"))).toBe("created");
  });

  test("says that the disk is full", async () => {
    const store = await openFileObjectStore(folder);
    const write = await watchFiles("writeFile");
    try {
      write.mockRejectedValue(systemError("ENOSPC"));
      await expect(store.put("key", bytes("x"))).rejects.toMatchObject({ code: "storage_full" });
      await expect(store.putStream("key", from([bytes("x")]))).rejects.toMatchObject({
        code: "storage_full",
      });
      await expect(store.ready()).rejects.toMatchObject({ code: "storage_full" });
    } finally {
      write.mockRestore();
    }
    expect(await listed(store, "")).toEqual([]);
  });
});

/** Turns a throw at the call into a rejection: a port's method may do either. */
async function attempt<Result>(work: () => Promise<Result>): Promise<Result> {
  return work();
}

async function listed(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys.sort();
}

async function* from(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

const bytes = (content: string) => new TextEncoder().encode(content);
const text = (content: Uint8Array | null) => (content ? new TextDecoder().decode(content) : null);
