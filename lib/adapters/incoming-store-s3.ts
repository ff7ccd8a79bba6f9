import { PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { IncomingStore } from "#lib/ports/incoming-store.ts";
import { assertObjectKey } from "./object-key.ts";
import { createS3ObjectStore, listObjects } from "./object-store-s3.ts";
import type { S3 } from "./s3-client.ts";

const FOLDER = "incoming/";
const JSON_TYPE = "application/json";
/** Signed as headers and not moved into the address, where the client could leave them out (operations.md 1.1). */
const AS_HEADERS = new Set(["x-amz-checksum-sha256", "if-none-match"]);
const SIGNED = new Set(["content-type", "content-length", ...AS_HEADERS]);

/**
 * The folder of a bucket that clients of ours send to. `signer` names the bucket as visitors reach it, and has been connected for
 * signing: a client with the SDK's usual checksums would sign that of an empty body.
 */
export function createS3IncomingStore(s3: Omit<S3, "folder">, signer: Omit<S3, "folder">): IncomingStore {
  const objects = createS3ObjectStore({ ...s3, folder: "" });
  return {
    async sign({ key, bytes, sha256 }, seconds) {
      assertIncoming(key);
      const checksum = Buffer.from(sha256, "hex").toString("base64");
      const command = new PutObjectCommand({
        Bucket: signer.bucket,
        Key: key,
        ContentLength: bytes,
        ContentType: JSON_TYPE,
        ChecksumSHA256: checksum,
        IfNoneMatch: "*",
      });
      const url = await getSignedUrl(signer.client, command, {
        expiresIn: seconds,
        signableHeaders: SIGNED,
        unhoistableHeaders: AS_HEADERS,
        // the store's time as its last answer told it, where ours is far from it
        signingDate: new Date(Date.now() + s3.client.config.systemClockOffset),
      });
      const headers = {
        "content-type": JSON_TYPE,
        "if-none-match": "*",
        "x-amz-checksum-sha256": checksum,
      };
      return { url, headers };
    },
    async size(key) {
      assertIncoming(key);
      return objects.size(key);
    },
    async open(key) {
      assertIncoming(key);
      return (await objects.open(key))?.stream ?? null;
    },
    async remove(key) {
      assertIncoming(key);
      await objects.remove(key);
    },
    async *list() {
      for await (const { key, writtenAt } of listObjects({ ...s3, folder: "" }, FOLDER))
        yield { key, arrivedAt: writtenAt };
    },
  };
}

/** Whoever names a key here may reach what clients have sent, and nothing else of the bucket. */
function assertIncoming(key: string): void {
  assertObjectKey(key.startsWith(FOLDER) ? key : "");
}
