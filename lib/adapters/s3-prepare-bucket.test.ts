import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import {
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
} from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { connectS3, type S3Place } from "./s3-client.ts";
import { prepareBucket } from "./s3-prepare-bucket.ts";
import { realS3, type S3TestServer, startMemoryS3 } from "./testing/s3-server.ts";

const REAL = realS3();
let memory: S3TestServer;
const servers: Server[] = [];
beforeAll(async () => {
  memory = await startMemoryS3();
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
afterAll(() => memory.stop());

const newBucket = (place: Omit<S3Place, "bucket">): S3Place => ({
  ...place,
  bucket: `bucket-${randomBytes(6).toString("hex")}`,
});

async function rulesOf(place: S3Place): Promise<(string | undefined)[]> {
  const { client, bucket } = connectS3(place);
  try {
    const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }));
    return (Rules ?? []).map(({ ID }) => ID).sort();
  } finally {
    client.destroy();
  }
}

for (const { name, absent, place } of [
  { name: "a server in this process", absent: false, place: () => memory.place },
  {
    name: "a real server (needs TEST_S3_ENDPOINT)",
    absent: REAL === null,
    place: () => REAL ?? memory.place,
  },
])
  describe.skipIf(absent)(`a bucket of ${name}`, () => {
    test("is made once, and prepared as often as one likes", async () => {
      const bucket = newBucket(place());
      const first = await prepareBucket(bucket);
      expect(first.bucket).toBe("made");
      expect(await prepareBucket(bucket)).toEqual({ ...first, bucket: "found" });
      if (first.cleaning === "not_taken") return;
      expect(await rulesOf(bucket)).toEqual(["trace-share-incoming", "trace-share-unfinished"]);
    });
  });

test("rules that somebody else has set stay beside ours", async () => {
  const place = newBucket(memory.place);
  await prepareBucket(place);
  const { client, bucket } = connectS3(place);
  const other = {
    ID: "of-somebody",
    Status: "Enabled" as const,
    Filter: { Prefix: "logs/" },
    Expiration: { Days: 3 },
  };
  const LifecycleConfiguration = { Rules: [other] };
  await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration }));
  client.destroy();
  for (let time = 0; time < 2; time += 1) await prepareBucket(place);
  expect(await rulesOf(place)).toEqual(["of-somebody", "trace-share-incoming", "trace-share-unfinished"]);
});

/** A server that answers each request by a function of it. */
async function answering(answerTo: (method: string, path: string) => [number, string]): Promise<S3Place> {
  const server = createServer(({ method = "", url = "" }, answer) => {
    const [status, body] = answerTo(method, url);
    answer.writeHead(status, { "content-type": "application/xml" });
    answer.end(method === "HEAD" ? "" : body);
  }).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return newBucket({ ...memory.place, endpoint: `http://127.0.0.1:${port}` });
}

const refusal = (code: string) => `<Error><Code>${code}</Code><Message>no</Message></Error>`;

test.each(["Enabled", "Suspended"])(
  "a bucket that keeps older versions (%s) is refused: withdrawn text would live on in them",
  async (status) => {
    const place = await answering((_method, path) => [
      200,
      path.includes("versioning")
        ? `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`
        : "",
    ]);
    await expect(prepareBucket(place)).rejects.toMatchObject({ code: "configuration_invalid" });
  },
);

test("a bucket that overwrites is refused", async () => {
  await expect(prepareBucket(newBucket(memory.careless))).rejects.toMatchObject({
    code: "unavailable",
    detail: expect.stringContaining("If-None-Match"),
  });
});

test("a bucket that is missing and may not be made is to be made by hand", async () => {
  const place = await answering((method) =>
    method === "PUT" ? [403, refusal("AccessDenied")] : [404, refusal("NoSuchBucket")],
  );
  await expect(prepareBucket(place)).rejects.toMatchObject({
    code: "unavailable",
    detail: expect.stringContaining("by hand"),
  });
});

test("a key that is wrong is told in plain words", async () => {
  const place = await answering(() => [403, refusal("InvalidAccessKeyId")]);
  await expect(prepareBucket(place)).rejects.toMatchObject({
    code: "unavailable",
    detail: expect.stringContaining("S3_ACCESS_KEY_ID"),
  });
});
