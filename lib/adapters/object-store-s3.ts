import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { AppError } from "#lib/domain/errors.ts";
import type { ObjectStore } from "#lib/ports/object-store.ts";
import { assertObjectKey, isObjectKey } from "./object-key.ts";
import { checkBucket, type S3, s3Answer, s3Work } from "./s3-client.ts";

/** Parts of a release file: 10,000 of them are 80 GB, and two of them are in memory at once. */
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 2;
/** What `ready` writes; hidden from `list`, since no key begins with a dot. */
const PROBE = ".ready";
const READY_MS = 10_000;

/**
 * Objects in a bucket of S3, R2 or a server that speaks the same. A key is written once: `If-None-Match: *` makes the store
 * refuse the second writer, and the store checks each body against the digest that it is sent with. Release files
 * go up in parts and appear when the last one is in. `ready` tries a write in the folder `probed`, as a key may not be allowed to write in all of
 * them. Throws `storage_full` and `unavailable`.
 */
export function createS3ObjectStore(s3: S3, probed: string = s3.folder): ObjectStore {
  return {
    async put(key, bytes) {
      assertObjectKey(key);
      return s3Work(() => put(s3, key, bytes));
    },
    async putStream(key, source) {
      assertObjectKey(key);
      return putStream(s3, key, source);
    },
    async get(key) {
      const object = await find(s3, key);
      return object?.Body ? s3Work(async () => (await object.Body?.transformToByteArray()) ?? null) : null;
    },
    size: (key) => sizeOf(s3, key),
    async open(key) {
      const object = await find(s3, key);
      if (!object?.Body || object.ContentLength === undefined) return null;
      return { bytes: object.ContentLength, stream: object.Body.transformToWebStream() };
    },
    async remove(key) {
      assertObjectKey(key);
      const { client, bucket, folder, limit } = s3;
      await s3Work(() => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: folder + key }), limit));
    },
    list: (prefix) => list(s3, prefix),
    ready: () => ready({ ...s3, folder: probed }),
    alive: () => alive({ ...s3, folder: probed }),
  };
}

/** A refused condition: somebody has written this key. 409 is what AWS answers while another write of it is under way. */
async function put(
  { client, bucket, folder, limit }: S3,
  key: string,
  bytes: Uint8Array,
): Promise<"created" | "exists"> {
  const digest = createHash("sha256").update(bytes).digest("base64");
  try {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: folder + key,
        Body: bytes,
        ContentLength: bytes.length,
        ChecksumSHA256: digest,
        IfNoneMatch: "*",
      }),
      limit,
    );
    return "created";
  } catch (error) {
    if (isTaken(error)) return "exists";
    throw error;
  }
}

async function putStream(s3: S3, key: string, source: AsyncIterable<Uint8Array>): Promise<number> {
  // before the bytes are sent: a store decides only when the last part is in
  if ((await sizeOf(s3, key)) !== null) throw taken();
  let written = 0;
  let broken: { fault: unknown } | undefined;
  const counted = async function* () {
    try {
      for await (const chunk of source) {
        written += chunk.length;
        yield chunk;
      }
    } catch (fault) {
      broken = { fault };
      throw fault;
    }
  };
  const upload = new Upload({
    client: s3.client,
    params: {
      Bucket: s3.bucket,
      Key: s3.folder + key,
      Body: Readable.from(counted(), { objectMode: false }),
      ChecksumAlgorithm: "SHA256",
      IfNoneMatch: "*",
    },
    partSize: PART_BYTES,
    queueSize: PARTS_AT_ONCE,
    leavePartsOnError: false,
  });
  await s3Work(async () => {
    try {
      await upload.done();
    } catch (error) {
      if (isTaken(error)) throw taken();
      throw error;
    }
  }).catch((error: unknown) => {
    // the source's own fault is its reader's business, not the store's
    throw broken ? broken.fault : error;
  });
  return written;
}

function isTaken(error: unknown): boolean {
  const { name, status } = s3Answer(error);
  return status === 412 || name === "PreconditionFailed" || name === "ConditionalRequestConflict";
}

function taken(): AppError {
  return new AppError("already_exists", { detail: "An object is never written twice." });
}

async function sizeOf(s3: S3, key: string): Promise<number | null> {
  assertObjectKey(key);
  return sizeAt(s3, key);
}

async function sizeAt({ client, bucket, folder, limit }: S3, key: string): Promise<number | null> {
  const found = await s3Work(() =>
    whenThere(() => client.send(new HeadObjectCommand({ Bucket: bucket, Key: folder + key }), limit)),
  );
  // a store that does not say how long an object is can't be trusted with one
  return found === null ? null : (found.ContentLength ?? -1);
}

async function find(
  { client, bucket, folder, limit }: S3,
  key: string,
): Promise<GetObjectCommandOutput | null> {
  assertObjectKey(key);
  return s3Work(() =>
    whenThere(() => client.send(new GetObjectCommand({ Bucket: bucket, Key: folder + key }), limit)),
  );
}

/** The result, or null where the store has no such key; a bucket that is missing is a fault. */
async function whenThere<Result>(work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    const { name } = s3Answer(error);
    if (name === "NoSuchKey" || name === "NotFound") return null;
    throw error;
  }
}

async function* list(s3: S3, prefix: string): AsyncGenerator<string> {
  for await (const { key } of listObjects(s3, prefix)) yield key;
}

/** Keys below a prefix with the time of their writing, as the store's clock has it. */
export async function* listObjects(
  { client, bucket, folder, limit }: S3,
  prefix: string,
): AsyncGenerator<{ key: string; writtenAt: Date | undefined }> {
  const below = prefix.slice(0, Math.max(0, prefix.lastIndexOf("/")));
  if (below !== "") assertObjectKey(`${below}/x`);
  const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: folder + prefix }, limit)[
    Symbol.asyncIterator
  ]();
  while (true) {
    const page = await s3Work(() => pages.next());
    if (page.done === true) return;
    for (const { Key = "", LastModified } of page.value.Contents ?? []) {
      const key = Key.slice(folder.length);
      if (isObjectKey(key)) yield { key, writtenAt: LastModified };
    }
  }
}

/**
 * The bucket is there, takes a write, and refuses a second one of the same key: a store that does not would lose data. Whoever asks
 * waits for the answer, so it has to come soon.
 */
async function ready(asked: S3): Promise<void> {
  const s3 = { ...asked, limit: { ...asked.limit, abortSignal: AbortSignal.timeout(READY_MS) } };
  await checkBucket(s3);
  await s3Work(() => put(s3, PROBE, new TextEncoder().encode("ready")));
  const second = await s3Work(() => put(s3, PROBE, new TextEncoder().encode("other")));
  if (second === "exists") return;
  throw new AppError("unavailable", {
    detail:
      "The object store ignores If-None-Match and would overwrite objects. Use a store that honours it.",
  });
}

/** Reads what `ready` wrote when the platform was started: the key of a web process may do no more. */
async function alive(asked: S3): Promise<void> {
  const s3 = { ...asked, limit: { ...asked.limit, abortSignal: AbortSignal.timeout(READY_MS) } };
  if ((await sizeAt(s3, PROBE)) !== null) return;
  throw new AppError("unavailable", { detail: "The bucket lacks the mark that a start leaves in it." });
}
