import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import postgres from "postgres";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "#db/testing/database.ts";
import { connectS3, type S3Place } from "#lib/adapters/s3-client.ts";
import { type S3TestServer, startMemoryS3 } from "#lib/adapters/testing/s3-server.ts";
import { loadConfig } from "#lib/config.ts";
import { JOB_NAMES } from "#lib/ports/jobs.ts";
import { prepareInstance } from "./prepare-instance.ts";

let dataDir: string;
let database: TestDatabase;
let memory: S3TestServer;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "prepare-"));
  database = await testDatabase();
  memory = await startMemoryS3();
});
afterEach(async () => {
  await memory.stop();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

type Settings = Record<string, string>;

function prepare(place: Omit<S3Place, "bucket">, more: Settings = {}): Promise<void> {
  const { endpoint = "", accessKeyId, secretAccessKey } = place;
  const config = loadConfig({
    DATA_DIR: dataDir,
    NEXTAUTH_SECRET: "s".repeat(32),
    LOG_LEVEL: "silent",
    S3_BUCKET: "of-the-tests",
    S3_ENDPOINT: endpoint,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
    ...more,
  });
  return prepareInstance({ ...config, databaseUrl: database.url });
}

async function makeBucket(place: Omit<S3Place, "bucket">): Promise<void> {
  const { client, bucket } = connectS3({ ...place, bucket: "of-the-tests" });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
}

test("an instance starts on a bucket that writes nothing twice", async () => {
  await makeBucket(memory.place);
  await prepare(memory.place);
});

test("an instance does not start on a store that would overwrite entries of the never-forget log", async () => {
  await makeBucket(memory.careless);
  await expect(prepare(memory.careless)).rejects.toMatchObject({
    code: "unavailable",
    detail: expect.stringContaining("If-None-Match"),
  });
});

test("an instance whose bucket is missing says so instead of starting", async () => {
  await expect(prepare(memory.place)).rejects.toMatchObject({
    code: "unavailable",
    detail: expect.stringContaining("S3_BUCKET"),
  });
});

test("an instance starts while its search engine and its Redis are away", async () => {
  await makeBucket(memory.place);
  const nobody = "http://127.0.0.1:1";
  const away = {
    MEILI_URL: nobody,
    UPSTASH_REDIS_REST_URL: nobody,
    UPSTASH_REDIS_REST_TOKEN: "of-the-tests",
  };
  await prepare(memory.place, away);
});

test("four starts of one instance at the same moment prepare it once, and again beside each other", async () => {
  const files = { S3_BUCKET: "", S3_ENDPOINT: "", S3_ACCESS_KEY_ID: "", S3_SECRET_ACCESS_KEY: "" };
  const fresh = await emptyDatabase(database.url);
  const config = loadConfig({
    DATA_DIR: dataDir,
    NEXTAUTH_SECRET: "s".repeat(32),
    LOG_LEVEL: "silent",
    ...files,
  });
  const start = () => prepareInstance({ ...config, databaseUrl: fresh.url });
  try {
    for (let round = 0; round < 2; round += 1) await Promise.all([start(), start(), start(), start()]);
    // each kind of job, and the parked ones
    expect(await fresh.queues()).toBe(JOB_NAMES.length + 1);
  } finally {
    await fresh.drop();
  }
});

/** A database of the same server that nobody has prepared yet. */
async function emptyDatabase(near: string) {
  const url = new URL(near);
  const name = `fresh_${process.pid}_${Date.now()}`;
  const admin = postgres(near, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async queues() {
      const sql = postgres(url.href, { max: 1 });
      const [row] = await sql<
        { count: number }[]
      >`select count(*)::int as count from pgboss.queue where name not like '\\_\\_%'`;
      await sql.end();
      return row?.count;
    },
    async drop() {
      await admin.unsafe(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}
