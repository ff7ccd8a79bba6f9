import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "./config.ts";

function problemsOf(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    return String((error as { detail?: string }).detail).split("\n");
  }
  return [];
}

test("an empty environment is a complete set of settings", () => {
  expect(loadConfig({})).toEqual({
    port: 3000,
    host: "127.0.0.1",
    dataDir: "./data",
    publicUrl: "http://127.0.0.1:3000",
    databaseUrl: undefined,
    releasePolicy: "trusted",
    stagingBytes: 2 * 1024 ** 3,
    instanceAccess: "public",
    github: undefined,
    authSecret: undefined,
    instanceName: "trace-share",
    logLevel: "info",
    logFormat: "json",
    metrics: undefined,
    buildCommit: undefined,
    workerConcurrency: 4,
    permanenceAcceptHead: undefined,
    warnings: [],
  });
});

test("metrics have a port of their own, on this machine unless a host is named", () => {
  expect(loadConfig({ METRICS_PORT: "9464" }).metrics).toEqual({ port: 9464, host: "127.0.0.1" });
  expect(loadConfig({ METRICS_PORT: "9464", METRICS_HOST: "0.0.0.0" }).metrics?.host).toBe("0.0.0.0");
  expect(loadConfig({ METRICS_HOST: "0.0.0.0" }).metrics).toBeUndefined();
  expect(() => loadConfig({ METRICS_PORT: "none" })).toThrow(/METRICS_PORT must be/);
});

test("an empty value means the default", () => {
  expect(loadConfig({ PORT: "", PUBLIC_URL: "", GITHUB_ID: "", GITHUB_SECRET: "" }).port).toBe(3000);
});

test.each([
  [{ HOST: "0.0.0.0", PORT: "8080" }, "http://127.0.0.1:8080"],
  [{ HOST: "::1" }, "http://[::1]:3000"],
  [{ PUBLIC_URL: "https://traces.example.org/" }, "https://traces.example.org"],
])("the public address of %j is %s", (env, expected) => {
  expect(loadConfig(env).publicUrl).toBe(expected);
});

test("every wrong setting gets one line that says what to do, all at once", () => {
  const lines = problemsOf({
    PORT: "80808",
    HOST: "a b",
    PUBLIC_URL: "ftp://x",
    RELEASE_POLICY: "yes",
    LOG_LEVEL: "loud",
    WORKER_CONCURRENCY: "0",
    S3_BUCKET: "objects",
    UPSTASH_REDIS_REST_URL: "https://redis.example.org",
    GITHUB_ID: "only-half",
  });
  expect(lines).toHaveLength(9);
  expect(lines[0]).toBe("PORT must be a number from 1 to 65535, for example PORT=3000.");
  expect(lines.slice(-3)).toEqual(
    [
      "GITHUB_ID and GITHUB_SECRET",
      "S3_BUCKET and S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY",
      "UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN",
    ].map((names) => `${names} belong together: set all of them, or none.`),
  );
});

test("a message never repeats a value, which may be a secret", () => {
  const lines = problemsOf({ DATABASE_URL: "mysql://root:hunter2@db/x", NEXTAUTH_SECRET: "short-secret" });
  expect(lines).toHaveLength(2);
  expect(lines.join(" ")).not.toMatch(/hunter2|short-secret/);
});

test("a bucket and a Redis are settings of their own, without a slash at the end of an address", () => {
  expect(loadConfig({})).toMatchObject({ s3: undefined, redis: undefined });
  const { s3, redis } = loadConfig({
    S3_BUCKET: "objects",
    S3_ENDPOINT: "http://127.0.0.1:8333/",
    S3_ACCESS_KEY_ID: "someone",
    S3_SECRET_ACCESS_KEY: "something",
    UPSTASH_REDIS_REST_URL: "https://redis.example.org/",
    UPSTASH_REDIS_REST_TOKEN: "something",
  });
  expect(s3).toMatchObject({ bucket: "objects", endpoint: "http://127.0.0.1:8333", region: "us-east-1" });
  expect(redis?.url).toBe("https://redis.example.org");
});

test("Meilisearch is used where it has an address", () => {
  const { meilisearch } = loadConfig({
    MEILI_URL: "http://search:7700/",
    MEILI_API_KEY: "key",
    MEILI_MASTER_KEY: "master",
  });
  expect(meilisearch).toEqual({ url: "http://search:7700", apiKey: "key", masterKey: "master" });
  const lines = problemsOf({ MEILI_URL: "search:7700", MEILI_API_KEY: "hunter 2" });
  expect(lines).toHaveLength(2);
  expect(lines.join(" ")).not.toMatch(/hunter/);
});

test.each([
  [{ S3_ENDPOINT: "http://store:9000" }, "S3_ENDPOINT", "S3_BUCKET"],
  [{ S3_REGION: "eu-central-1" }, "S3_REGION", "S3_BUCKET"],
  [{ MEILI_API_KEY: "key" }, "MEILI_API_KEY", "MEILI_URL"],
  [{ MEILI_MASTER_KEY_FILE: "/missing" }, "MEILI_MASTER_KEY", "MEILI_URL"],
  [{ DATABASE_PASSWORD: "a-password" }, "DATABASE_PASSWORD", "DATABASE_URL"],
])("a setting that would be ignored is refused: %j", (env, name, needed) => {
  expect(problemsOf(env)).toContain(`${name} is set without ${needed}: set both, or leave it out.`);
});

const ROLES = {
  DATABASE_URL: "postgres://owner@db:5432/name",
  DATABASE_WEB_PASSWORD: "w".repeat(20),
  DATABASE_WORKER_PASSWORD: "k".repeat(20),
  DATABASE_READONLY_PASSWORD: "r".repeat(20),
};

test("the passwords of the database's roles come together", () => {
  expect(loadConfig({}).databaseRoles).toBeUndefined();
  expect(loadConfig(ROLES).databaseRoles).toMatchObject({ web: "w".repeat(20), readonly: "r".repeat(20) });
  expect(problemsOf({ ...ROLES, DATABASE_READONLY_PASSWORD: "" })).toHaveLength(1);
});

test("a password of its own goes into the address of the database, and only there", () => {
  const { databaseUrl } = loadConfig({ ...ROLES, DATABASE_PASSWORD: "a/b@c%d" });
  expect(databaseUrl).toBe("postgres://owner:a%2Fb%40c%25d@db:5432/name");
  expect(problemsOf({ DATABASE_URL: "postgres://u:p-of-u@db/name", DATABASE_PASSWORD: "another" })).toEqual([
    "DATABASE_URL holds a password and DATABASE_PASSWORD is set: use one of them.",
  ]);
});

test("a secret comes from a file, and a file that can't be read is one line beside the others", () => {
  const folder = mkdtempSync(join(tmpdir(), "config-"));
  const path = join(folder, "token");
  writeFileSync(path, "token-of-tests\n", { mode: 0o600 });
  const given = { UPSTASH_REDIS_REST_URL: "https://redis.example.org", UPSTASH_REDIS_REST_TOKEN_FILE: path };
  expect(loadConfig(given).redis?.token).toBe("token-of-tests");
  rmSync(folder, { recursive: true });
  expect(problemsOf({ ...given, PORT: "x" })).toEqual([
    "UPSTASH_REDIS_REST_TOKEN_FILE names a file that does not exist.",
    expect.stringMatching(/^PORT must be/),
  ]);
});

test("a placeholder is no secret", () => {
  expect(problemsOf({ NEXTAUTH_SECRET: "changeme".repeat(4) })).toEqual([
    expect.stringMatching(/^NEXTAUTH_SECRET holds a placeholder/),
  ]);
});

const BUCKET = { S3_BUCKET: "objects", S3_ACCESS_KEY_ID: "key", S3_SECRET_ACCESS_KEY: "a secret" };

test.each([
  [
    "a bucket that contributors reach",
    { PUBLIC_URL: "https://t.example.org", S3_PUBLIC_ENDPOINT: "https://f.example.org" },
  ],
  ["everything on this machine", { S3_PUBLIC_ENDPOINT: "http://127.0.0.1:8333" }],
  [
    "everything in one network",
    { PUBLIC_URL: "http://10.0.0.5", S3_PUBLIC_ENDPOINT: "http://10.0.0.6:8333" },
  ],
  [
    "a store inside, for the platform alone",
    { PUBLIC_URL: "https://t.example.org", S3_ENDPOINT: "http://10.0.0.6" },
  ],
])("takes the addresses of %s", (_name, env) => {
  expect(problemsOf({ ...BUCKET, ...env })).toEqual([]);
});

test.each([
  ["on this machine", "https://127.0.0.1:8333"],
  ["on this machine by name", "https://localhost"],
  ["written as a number", "https://2130706433"],
  ["inside the network", "https://192.168.1.4"],
  ["of a cloud's metadata", "https://169.254.169.254"],
  ["an IPv4 address inside IPv6", "https://[::ffff:10.0.0.1]"],
  ["without encryption", "http://files.example.org"],
])("refuses a public endpoint %s for a public platform", (_name, endpoint) => {
  const env = { ...BUCKET, PUBLIC_URL: "https://t.example.org", S3_PUBLIC_ENDPOINT: endpoint };
  const [line] = problemsOf(env);
  expect(line).toContain("S3_PUBLIC_ENDPOINT must be");
  expect(line).not.toContain(new URL(endpoint).hostname);
});

test("refuses a public endpoint without a bucket, and a store at a cloud's metadata address", () => {
  expect(problemsOf({ S3_PUBLIC_ENDPOINT: "https://f.example.org" })[0]).toContain("S3_BUCKET");
  expect(problemsOf({ ...BUCKET, S3_ENDPOINT: "http://169.254.169.254" })[0]).toContain("S3_ENDPOINT");
  expect(problemsOf({ MEILI_URL: "http://[fd00:ec2::254]" })[0]).toContain("MEILI_URL");
});
