import { z } from "zod";

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
const ACCESS = ["public", "private"] as const;
const RELEASE_POLICIES = ["review_all", "trusted", "auto"] as const;

const Port = z
  .string()
  .regex(/^[0-9]{1,5}$/)
  .transform(Number)
  .pipe(z.number().int().min(1).max(65_535));
const Host = z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/);
const Key = z.string().regex(/^[\x21-\x7e]{1,500}$/);
const RolePassword = Key.pipe(z.string().min(16));
const ROLE_PASSWORD = "at least 16 characters without spaces: `migrate` gives it to a role of the database";
const Path = z.string().refine((path) => !path.includes("\0") && path.trim() === path);
const Concurrency = z
  .string()
  .regex(/^[0-9]{1,2}$/)
  .transform(Number)
  .pipe(z.number().int().min(1).max(32));

const Mebibytes = z
  .string()
  .regex(/^[0-9]{1,7}$/)
  .transform(Number)
  .pipe(z.number().int().min(16).max(1_048_576));

/** Each setting with its schema and the sentence that tells the operator what it must be. */
export const SETTINGS = {
  PORT: { schema: Port.default(3000), must: "a number from 1 to 65535, for example PORT=3000" },
  HOST: { schema: Host.default("127.0.0.1"), must: "an address to listen on, for example HOST=127.0.0.1" },
  DATA_DIR: {
    schema: Path.default("./data"),
    must: "the path of a folder, for example DATA_DIR=./data",
  },
  PUBLIC_URL: {
    schema: z.string().refine(isOrigin).optional(),
    must: "an http or https address without a path, for example PUBLIC_URL=https://traces.example.org",
  },
  DATABASE_URL: {
    schema: z.string().refine(isPostgresUrl).optional(),
    must: "a PostgreSQL address, for example DATABASE_URL=postgres://user:password@host:5432/name; leave it out to use the embedded PostgreSQL",
  },
  DATABASE_PASSWORD: {
    schema: Key.optional(),
    must: "the password of the user in DATABASE_URL, without spaces; leave it out if DATABASE_URL holds it",
  },
  DATABASE_WEB_PASSWORD: { schema: RolePassword.optional(), must: ROLE_PASSWORD },
  DATABASE_WORKER_PASSWORD: { schema: RolePassword.optional(), must: ROLE_PASSWORD },
  DATABASE_READONLY_PASSWORD: { schema: RolePassword.optional(), must: ROLE_PASSWORD },
  MEILI_URL: {
    schema: z.string().refine(isOrigin).optional(),
    must: "an http or https address without a path, for example MEILI_URL=http://127.0.0.1:7700; leave it out to search in PostgreSQL",
  },
  MEILI_API_KEY: { schema: Key.optional(), must: "a key of Meilisearch, without spaces" },
  MEILI_MASTER_KEY: { schema: Key.optional(), must: "the master key of Meilisearch, without spaces" },
  S3_BUCKET: {
    schema: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
      .optional(),
    must: "the name of a bucket, for example S3_BUCKET=trace-share; leave it out to keep objects in the data folder",
  },
  S3_ENDPOINT: {
    schema: z.string().refine(isOrigin).optional(),
    must: "the address of the object store without a path, for example S3_ENDPOINT=https://s3.example.org; leave it out for AWS",
  },
  S3_PUBLIC_ENDPOINT: {
    schema: z.string().refine(isOrigin).optional(),
    must: "the address under which contributors reach the object store, without a path, for example S3_PUBLIC_ENDPOINT=https://files.example.org; leave it out and they send everything to the platform itself",
  },
  S3_REGION: {
    schema: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/)
      .default("us-east-1"),
    must: "a region, for example S3_REGION=eu-central-1, or auto for R2",
  },
  S3_ACCESS_KEY_ID: {
    schema: z.string().min(3).max(200).optional(),
    must: "the id of a key that may read, write, list and delete in the bucket",
  },
  S3_SECRET_ACCESS_KEY: {
    schema: z.string().min(8).max(200).optional(),
    must: "the secret that belongs to S3_ACCESS_KEY_ID",
  },
  UPSTASH_REDIS_REST_URL: {
    schema: z.string().refine(isOrigin).optional(),
    must: "an http or https address without a path, for example UPSTASH_REDIS_REST_URL=https://name.upstash.io",
  },
  UPSTASH_REDIS_REST_TOKEN: {
    schema: z.string().min(8).max(500).optional(),
    must: "the token that belongs to UPSTASH_REDIS_REST_URL",
  },
  STAGING_MAX_MIB: {
    schema: Mebibytes.default(2048),
    must: "a number of MiB from 16 to 1048576, for example STAGING_MAX_MIB=2048",
  },
  RELEASE_POLICY: {
    schema: z.enum(RELEASE_POLICIES).default("trusted"),
    must: `one of ${RELEASE_POLICIES.join(", ")}`,
  },
  INSTANCE_ACCESS: { schema: z.enum(ACCESS).default("public"), must: `one of ${ACCESS.join(", ")}` },
  GITHUB_ID: {
    schema: z.string().max(200).optional(),
    must: "the client id of a GitHub OAuth app",
  },
  GITHUB_SECRET: {
    schema: z.string().max(200).optional(),
    must: "the client secret of a GitHub OAuth app",
  },
  NEXTAUTH_SECRET: {
    schema: z.string().min(32).optional(),
    must: "at least 32 random characters; leave it out and one is made in the data folder",
  },
  SIGNING_KEY_FILE: {
    schema: Path.optional(),
    must: "the path of a file with the instance's Ed25519 key; leave it out and one is made in the data folder",
  },
  INSTANCE_NAME: {
    schema: z.string().min(1).max(80).refine(isPlainText).default("trace-share"),
    must: "a name of 1 to 80 characters without control characters",
  },
  LOG_LEVEL: { schema: z.enum(LOG_LEVELS).default("info"), must: `one of ${LOG_LEVELS.join(", ")}` },
  BUILD_COMMIT: {
    schema: z
      .string()
      .regex(/^[0-9a-f]{7,64}$/)
      .optional(),
    must: "the commit that this was built from, 7 to 64 hex digits; images set it",
  },
  LOG_FORMAT: { schema: z.enum(["json", "pretty"]).default("json"), must: "one of json, pretty" },
  METRICS_PORT: {
    schema: Port.optional(),
    must: "a number from 1 to 65535, for example METRICS_PORT=9464; leave it out for no metrics",
  },
  METRICS_HOST: {
    schema: Host.default("127.0.0.1"),
    must: "an address to serve metrics on, for example METRICS_HOST=127.0.0.1",
  },
  WORKER_CONCURRENCY: { schema: Concurrency.default(4), must: "a number from 1 to 32" },
  PERMANENCE_ACCEPT_HEAD: {
    schema: z
      .string()
      .regex(/^([0-9a-f]{64}|genesis)$/)
      .optional(),
    must: "the head that the start-up message names",
  },
} as const;

/** Settings that hold a secret: each may be given as NAME_FILE, the path of a file that holds it. */
export const SECRETS = [
  "DATABASE_URL",
  "DATABASE_PASSWORD",
  "DATABASE_WEB_PASSWORD",
  "DATABASE_WORKER_PASSWORD",
  "DATABASE_READONLY_PASSWORD",
  "MEILI_API_KEY",
  "MEILI_MASTER_KEY",
  "S3_ACCESS_KEY_ID",
  "S3_SECRET_ACCESS_KEY",
  "UPSTASH_REDIS_REST_TOKEN",
  "GITHUB_SECRET",
  "NEXTAUTH_SECRET",
] as const satisfies readonly (keyof typeof SETTINGS)[];

/** Settings that mean nothing without the others of their line. */
export const TOGETHER = [
  ["GITHUB_ID", "GITHUB_SECRET"],
  ["S3_BUCKET", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"],
  ["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"],
  ["DATABASE_WEB_PASSWORD", "DATABASE_WORKER_PASSWORD", "DATABASE_READONLY_PASSWORD"],
] as const satisfies readonly (readonly (keyof typeof SETTINGS)[])[];

/** Settings that would be ignored without another one: a slip of the pen there would go unnoticed. */
export const NEEDS = [
  ["S3_ENDPOINT", "S3_BUCKET"],
  ["S3_PUBLIC_ENDPOINT", "S3_BUCKET"],
  ["S3_REGION", "S3_BUCKET"],
  ["MEILI_API_KEY", "MEILI_URL"],
  ["MEILI_MASTER_KEY", "MEILI_URL"],
  ["DATABASE_PASSWORD", "DATABASE_URL"],
  ["DATABASE_WEB_PASSWORD", "DATABASE_URL"],
] as const satisfies readonly (readonly [keyof typeof SETTINGS, keyof typeof SETTINGS])[];

/** The settings as they were read, by name. */
export type Settings = { [Name in keyof typeof SETTINGS]: z.output<(typeof SETTINGS)[Name]["schema"]> };

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) return false;
  return url.pathname === "/" && !url.search && !url.hash && !url.username && !url.password;
}

function isPostgresUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === "postgres:" || url.protocol === "postgresql:") && url.host !== "";
}

function isPlainText(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text);
}
