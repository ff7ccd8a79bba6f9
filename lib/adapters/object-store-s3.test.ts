import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateBucketCommand, ListMultipartUploadsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ObjectStore } from "#lib/ports/object-store.ts";
import { createS3ObjectStore } from "./object-store-s3.ts";
import { connectS3, type S3, type S3Limits, type S3Place } from "./s3-client.ts";
import { realS3, type S3TestServer, startMemoryS3 } from "./testing/s3-server.ts";

const MEGABYTE = 1024 * 1024;
const REAL = realS3();

let memory: S3TestServer;
const connected: S3[] = [];
const servers: Server[] = [];
beforeAll(async () => {
  memory = await startMemoryS3();
});
afterEach(() => {
  for (const { client } of connected.splice(0)) client.destroy();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
afterAll(() => memory.stop());

function connect(place: Partial<S3Place>, limits: Partial<S3Limits> = {}): S3 {
  const bucket = `bucket-${randomBytes(6).toString("hex")}`;
  const s3 = { ...connectS3({ ...memory.place, bucket, ...place }, limits), folder: "" };
  connected.push(s3);
  return s3;
}

async function newBucket(place: Omit<S3Place, "bucket">): Promise<{ s3: S3; store: ObjectStore }> {
  const s3 = connect(place);
  await s3.client.send(new CreateBucketCommand({ Bucket: s3.bucket }));
  return { s3, store: createS3ObjectStore(s3) };
}

/** A store whose server answers every request in one way. */
async function answering(listener: RequestListener, limits: Partial<S3Limits> = {}): Promise<ObjectStore> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server's address
  return createS3ObjectStore(connect({ endpoint: `http://127.0.0.1:${port}` }, limits));
}

describe("object store in a bucket", () => {
  test("sends what is longer than a part in parts, and gives it back whole", async () => {
    const { s3, store } = await newBucket(memory.place);
    const parts = Array.from({ length: 20 }, () => randomBytes(MEGABYTE));
    expect(await store.putStream("releases/long", from(parts))).toBe(20 * MEGABYTE);
    const stored = Buffer.from((await store.get("releases/long")) ?? []);
    expect(stored.equals(Buffer.concat(parts))).toBe(true);
    await expect(store.putStream("releases/long", from([randomBytes(9 * MEGABYTE)]))).rejects.toMatchObject({
      code: "already_exists",
    });
    expect(await unfinished(s3)).toBe(0);
  });

  test("leaves no parts of a stream that breaks after some of them", async () => {
    const { s3, store } = await newBucket(memory.place);
    const fault = new Error("the source broke");
    const source = async function* () {
      for (let n = 0; n < 12; n += 1) yield randomBytes(MEGABYTE);
      throw fault;
    };
    await expect(store.putStream("releases/half", source())).rejects.toBe(fault);
    expect(await store.get("releases/half")).toBeNull();
    expect(await unfinished(s3)).toBe(0);
  });

  test("hides what it writes to see whether the store is ready", async () => {
    const { store } = await newBucket(memory.place);
    await store.ready();
    await store.ready();
    expect(await Array.fromAsync(store.list(""))).toEqual([]);
  });

  test("is alive while the mark of a start can be read, and changes nothing to see it", async () => {
    const { store } = await newBucket(memory.place);
    await expect(store.alive()).rejects.toMatchObject({ code: "unavailable" });
    await store.ready();
    await store.alive();
  });

  test("lists what can be its own alone: a bucket's console leaves marks of folders", async () => {
    const { s3, store } = await newBucket(memory.place);
    await store.put("episodes/aa/one", bytes("one"));
    for (const Key of ["episodes/", "episodes/Read Me.TXT"]) {
      await s3.client.send(new PutObjectCommand({ Bucket: s3.bucket, Key, Body: bytes("") }));
    }
    expect(await Array.fromAsync(store.list("episodes/"))).toEqual(["episodes/aa/one"]);
  });

  test("keeps apart what two stores put into one bucket", async () => {
    const { s3 } = await newBucket(memory.place);
    const [one, other] = ["one/", "other/"].map((folder) => createS3ObjectStore({ ...s3, folder }));
    await one?.put("a", bytes("of the first"));
    expect(await other?.get("a")).toBeNull();
    expect(await other?.put("a", bytes("of the second"))).toBe("created");
    expect(await Array.fromAsync(one?.list("") ?? [])).toEqual(["a"]);
  });

  test("is not ready in a store that would overwrite", async () => {
    const { store } = await newBucket(memory.careless);
    await expect(store.ready()).rejects.toMatchObject({
      code: "unavailable",
      detail: expect.stringContaining("If-None-Match"),
    });
  });

  test("says that its bucket is missing", async () => {
    const store = createS3ObjectStore(connect({}));
    const fault = { code: "unavailable", detail: expect.stringContaining("S3_BUCKET") };
    await expect(store.ready()).rejects.toMatchObject(fault);
    await expect(store.put("a", bytes("x"))).rejects.toMatchObject(fault);
    await expect(store.putStream("a", from([bytes("x")]))).rejects.toMatchObject(fault);
    await expect(store.get("a")).rejects.toMatchObject(fault);
  });

  test("says unavailable when nobody answers", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo; // a TCP server's address
    server.close();
    const store = createS3ObjectStore(connect({ endpoint: `http://127.0.0.1:${port}` }));
    await expect(store.put("a", bytes("x"))).rejects.toMatchObject({ code: "unavailable" });
    await expect(store.get("a")).rejects.toMatchObject({ code: "unavailable" });
  });

  test.each([
    { status: 507, name: "", code: "storage_full" },
    { status: 400, name: "QuotaExceeded", code: "storage_full" },
    { status: 403, name: "AccessDenied", code: "unavailable" },
    { status: 503, name: "SlowDown", code: "unavailable" },
    { status: 500, name: "InternalError", code: "unavailable" },
  ])("answers $code when the store refuses with $status $name", async ({ status, name, code }) => {
    const store = await answering((_, answer) => {
      answer.writeHead(status, { "content-type": "application/xml" });
      answer.end(`<Error><Code>${name}</Code><Message>no</Message></Error>`);
    });
    await expect(store.put("a", bytes("x"))).rejects.toMatchObject({ code });
  });

  test("takes no answer for an object that is cut off or was changed on the way", async () => {
    const cut = await answering((_, answer) => {
      answer.writeHead(200, { "content-length": "100" });
      answer.write("only this");
      setTimeout(() => answer.destroy(), 20);
    });
    await expect(cut.get("a")).rejects.toMatchObject({ code: "unavailable" });
    const changed = await answering((_, answer) => {
      answer.writeHead(200, { "content-length": "5", "x-amz-checksum-crc32": "AAAAAA==" });
      answer.end("other");
    });
    await expect(changed.get("a")).rejects.toMatchObject({ code: "unavailable" });
  });

  test("waits for nobody who answers nothing, or half an object", async () => {
    const silent = await answering(() => {}, { answerMs: 50 });
    for (const ask of [() => silent.get("a"), () => silent.put("a", bytes("x")), () => silent.ready()]) {
      await expect(ask()).rejects.toMatchObject({
        code: "unavailable",
        detail: expect.stringMatching(/answer/),
      });
    }
    const half = await answering(
      (_, answer) => {
        answer.writeHead(200, { "content-length": "100" });
        answer.write("only this");
      },
      { idleMs: 50 },
    );
    await expect(half.get("a")).rejects.toMatchObject({ code: "unavailable" });
    const opened = await half.open("a");
    await expect(Array.fromAsync(opened?.stream ?? [])).rejects.toThrow();
  });

  test("says no word of its key when it fails", async () => {
    const secret = randomBytes(20).toString("hex");
    const store = createS3ObjectStore(connect({ secretAccessKey: secret, accessKeyId: "who-asks" }));
    const fault: unknown = await store.put("a", bytes("x")).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: "unavailable" });
    expect(String(fault) + JSON.stringify(fault)).not.toMatch(new RegExp(`${secret}|who-asks`));
  });
});

describe.skipIf(REAL === null)("object store in a bucket of a real server (needs TEST_S3_ENDPOINT)", () => {
  const place = () => REAL ?? memory.place;

  test.each([
    { wrong: "key", change: { accessKeyId: "nobody" } },
    { wrong: "secret", change: { secretAccessKey: "not the secret" } },
  ])("says that the $wrong is wrong", async ({ change }) => {
    const { s3 } = await newBucket(place());
    const store = createS3ObjectStore(connect({ ...place(), ...change, bucket: s3.bucket }));
    await expect(store.put("a", bytes("x"))).rejects.toMatchObject({
      code: "unavailable",
      detail: expect.stringMatching(/S3_(SECRET_)?ACCESS_KEY/),
    });
  });

  test("lets one of many writers of a long stream be the first", async () => {
    const { s3, store } = await newBucket(place());
    const writes = Array.from({ length: 4 }, () =>
      store.putStream("releases/race", from(Array.from({ length: 9 }, () => randomBytes(MEGABYTE)))).then(
        () => "written",
        (error: unknown) => (error as { code: string }).code, // an AppError, or the test fails
      ),
    );
    expect((await Promise.all(writes)).sort()).toEqual([
      "already_exists",
      "already_exists",
      "already_exists",
      "written",
    ]);
    expect(await unfinished(s3)).toBe(0);
  });
});

async function unfinished({ client, bucket }: S3): Promise<number> {
  const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  return Uploads?.length ?? 0;
}

async function* from(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

const bytes = (content: string) => new TextEncoder().encode(content);
