import { expect, test } from "vitest";
import { loadConfig } from "#lib/config.ts";
import { platformEnvironment } from "./platform-environment.ts";

const decided = (env: Record<string, string>) => ({
  ...loadConfig(env),
  databaseUrl: "postgres://user:password@127.0.0.1:5432/name",
  authSecret: "s".repeat(32),
});

test("web and worker read the same settings again, without the search engine's master key", () => {
  const given = decided({
    MEILI_URL: "http://search:7700",
    MEILI_API_KEY: "key",
    MEILI_MASTER_KEY: "master",
  });
  const env = platformEnvironment(given);
  expect(loadConfig(env).meilisearch).toEqual({
    url: "http://search:7700",
    apiKey: "key",
    masterKey: undefined,
  });
  expect(Object.values(env)).not.toContain("master");
});

test("web and worker get neither the passwords of the database's roles nor the files of the surroundings", () => {
  const roles = {
    DATABASE_URL: "postgres://owner@db:5432/name",
    DATABASE_PASSWORD: "p".repeat(20),
    DATABASE_WEB_PASSWORD: "w".repeat(20),
    DATABASE_WORKER_PASSWORD: "k".repeat(20),
    DATABASE_READONLY_PASSWORD: "r".repeat(20),
    SIGNING_KEY_FILE: "/somewhere/key",
  };
  const given = platformEnvironment(decided(roles));
  const read = loadConfig({ ...roles, DATABASE_PASSWORD_FILE: "/of/another", ...given });
  expect(read).toMatchObject({ databaseRoles: undefined, signingKeyFile: "/somewhere/key" });
});

test("a search engine that the surroundings name is not one of an instance that was started without it", () => {
  const env = {
    MEILI_URL: "http://other:7700",
    MEILI_API_KEY_FILE: "/of/another",
    ...platformEnvironment(decided({})),
  };
  expect(loadConfig(env).meilisearch).toBeUndefined();
});

test("all web processes of an instance encrypt under one key, which no other instance has", () => {
  const keyOf = (authSecret: string) =>
    platformEnvironment({ ...decided({}), authSecret })["NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"] ?? "";
  expect(keyOf("a".repeat(32))).toBe(keyOf("a".repeat(32)));
  expect(keyOf("a".repeat(32))).not.toBe(keyOf("b".repeat(32)));
  expect(Buffer.from(keyOf("a".repeat(32)), "base64")).toHaveLength(32);
});

test("web and worker read again who may read", () => {
  for (const access of ["public", "private"])
    expect(loadConfig(platformEnvironment(decided({ INSTANCE_ACCESS: access }))).instanceAccess).toBe(access);
});

const STORES = {
  S3_BUCKET: "of-another-one",
  S3_ENDPOINT: "http://store:9000",
  S3_REGION: "eu-central-1",
  S3_ACCESS_KEY_ID: "who-asks",
  S3_SECRET_ACCESS_KEY: "what-it-knows",
  UPSTASH_REDIS_REST_URL: "http://redis:8079",
  UPSTASH_REDIS_REST_TOKEN: "token-of-tests",
};

test("web and worker read the bucket and the Redis again, and so do commands that have this environment alone", () => {
  const given = decided(STORES);
  const { s3, redis } = loadConfig(platformEnvironment(given));
  expect({ s3, redis }).toEqual({ s3: given.s3, redis: given.redis });
  expect(s3?.bucket).toBe("of-another-one");
});

test("a bucket and a Redis that the surroundings name are not those of an instance that was started without them", () => {
  // a demo's worker would clear away whatever a bucket in real use holds
  const { s3, redis } = loadConfig({ ...STORES, ...platformEnvironment(decided({})) });
  expect({ s3, redis }).toEqual({ s3: undefined, redis: undefined });
});

test("web and worker agree on where contributors send to, and a worker without a bucket knows of no such place", () => {
  const bucket = { S3_BUCKET: "traces", S3_ACCESS_KEY_ID: "key", S3_SECRET_ACCESS_KEY: "12345678" };
  const S3_PUBLIC_ENDPOINT = "https://files.example.org";
  const read = loadConfig(platformEnvironment(decided({ ...bucket, S3_PUBLIC_ENDPOINT })));
  expect(read.s3?.publicEndpoint).toBe(S3_PUBLIC_ENDPOINT);
  expect(loadConfig({ S3_PUBLIC_ENDPOINT, ...platformEnvironment(decided({})) }).s3).toBeUndefined();
});

test("a limit of the waiting room is the same in every process", () => {
  const read = loadConfig(platformEnvironment(decided({ STAGING_MAX_MIB: "64" })));
  expect(read.stagingBytes).toBe(64 * 1024 * 1024);
});
