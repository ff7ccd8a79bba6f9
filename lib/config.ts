import { AppError } from "./domain/errors.ts";
import { wrongAddresses } from "./config-addresses.ts";
import { looksUnset } from "./placeholder-secrets.ts";
import { resolveSecretFiles } from "./secret-files.ts";
import { NEEDS, SECRETS, type Settings, SETTINGS, TOGETHER } from "./settings.ts";

/**
 * Settings of one instance. This file is the only reader of the platform's environment; an unset value and an empty one
 * mean the same, so that `GITHUB_ID=` in an env file is harmless.
 */
export type Config = {
  /** TCP port of the web server, 1 to 65535. */
  port: number;
  /** Address the web server listens on. */
  host: string;
  /** Folder of everything that must survive a restart, as given: relative to the project folder or absolute. */
  dataDir: string;
  /** Origin under which visitors reach the instance, without a trailing slash. */
  publicUrl: string;
  /** PostgreSQL to use instead of the embedded one, with the password in it. */
  databaseUrl: string | undefined;
  /** Passwords of the roles that `migrate` makes beside the owner of the database; none where one role does everything. */
  databaseRoles: RolePasswords | undefined;
  /** Meilisearch to search with beside PostgreSQL. */
  meilisearch: { url: string; apiKey: string | undefined; masterKey: string | undefined } | undefined;
  /** The bucket that objects and the never-forget log are kept in, instead of the data folder. */
  s3: S3Settings | undefined;
  /** Redis over HTTP for limits and short-lived marks, instead of the database. */
  redis: { url: string; token: string } | undefined;
  /** What happens to an upload that screening found clean (specifics.md, "Release policy in practice"). */
  releasePolicy: "review_all" | "trusted" | "auto";
  /** Bytes of bodies that may wait in the database for the object store. */
  stagingBytes: number;
  /** Who may read pages and API: anybody, or the people of this instance alone. */
  instanceAccess: "public" | "private";
  /** GitHub sign-in; both values or none. */
  github: { id: string; secret: string } | undefined;
  /** Secret of the sign-in sessions; `npm start` makes one in the data folder when it is not set. */
  authSecret: string | undefined;
  /** File of the instance's Ed25519 key; `npm start` makes one in the data folder when it is not set. */
  signingKeyFile: string | undefined;
  instanceName: string;
  /** Commit that this was built from, where the image says so. */
  buildCommit: string | undefined;
  /** Where this process's metrics are served; nowhere when undefined. */
  metrics: { host: string; port: number } | undefined;
  /** Lines of JSON, or lines for a person's terminal. */
  logFormat: "json" | "pretty";
  logLevel: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
  /** How many jobs one worker process runs at once. */
  workerConcurrency: number;
  /** Head of the never-forget log that the operator accepts although it is not the last known one (permanence.md 13). */
  permanenceAcceptHead: string | undefined;
  /** What an operator should know although it stops nothing: one plain line each, without values. */
  warnings: readonly string[];
};

/** The roles of a database that is not left to one role alone. */
export type RolePasswords = { web: string; worker: string; readonly: string };

/** A bucket of S3, R2 or a server that speaks the same; no endpoint means AWS. */
export type S3Settings = {
  bucket: string;
  endpoint: string | undefined;
  /** The same store as contributors reach it; undefined where they don't. */
  publicEndpoint: string | undefined;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
};

/** Settings that name the file of a secret. */
export const SECRET_FILES: readonly string[] = SECRETS.map((name) => `${name}_FILE`);

/** Environment variables by name, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads and checks the settings of an instance. Throws AppError `configuration_invalid` whose detail has one line per
 * wrong setting; a line names the setting and what it must be, never the value, which may be a secret. Files that NAME_FILE settings name
 * are read here, once.
 */
export function loadConfig(env: Environment): Config {
  const { settings, warnings } = readSettings(env);
  const github =
    settings.GITHUB_ID && settings.GITHUB_SECRET
      ? { id: settings.GITHUB_ID, secret: settings.GITHUB_SECRET }
      : undefined;
  return {
    port: settings.PORT,
    host: settings.HOST,
    dataDir: settings.DATA_DIR,
    publicUrl: settings.PUBLIC_URL?.replace(/\/$/, "") ?? defaultPublicUrl(settings.HOST, settings.PORT),
    databaseUrl: databaseUrlOf(settings),
    databaseRoles: rolesOf(settings),
    meilisearch: meilisearchOf(settings),
    s3: s3Of(settings),
    redis: redisOf(settings),
    releasePolicy: settings.RELEASE_POLICY,
    stagingBytes: settings.STAGING_MAX_MIB * 1024 * 1024,
    instanceAccess: settings.INSTANCE_ACCESS,
    github,
    authSecret: settings.NEXTAUTH_SECRET,
    signingKeyFile: settings.SIGNING_KEY_FILE,
    instanceName: settings.INSTANCE_NAME,
    logLevel: settings.LOG_LEVEL,
    logFormat: settings.LOG_FORMAT,
    buildCommit: settings.BUILD_COMMIT,
    metrics: settings.METRICS_PORT ? { host: settings.METRICS_HOST, port: settings.METRICS_PORT } : undefined,
    workerConcurrency: settings.WORKER_CONCURRENCY,
    permanenceAcceptHead: settings.PERMANENCE_ACCEPT_HEAD,
    warnings,
  };
}

function s3Of(settings: Settings): S3Settings | undefined {
  const { S3_BUCKET: bucket, S3_ENDPOINT: endpoint, S3_REGION: region } = settings;
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = settings;
  // all of them are set, or none
  if (!bucket || !accessKeyId || !secretAccessKey) return undefined;
  const publicEndpoint = settings.S3_PUBLIC_ENDPOINT?.replace(/\/$/, "");
  return {
    bucket,
    endpoint: endpoint?.replace(/\/$/, ""),
    publicEndpoint,
    region,
    accessKeyId,
    secretAccessKey,
  };
}

function redisOf({
  UPSTASH_REDIS_REST_URL: url,
  UPSTASH_REDIS_REST_TOKEN: token,
}: Settings): Config["redis"] {
  return url && token ? { url: url.replace(/\/$/, ""), token } : undefined;
}

function meilisearchOf(settings: Settings): Config["meilisearch"] {
  const { MEILI_URL: url } = settings;
  if (url === undefined) return undefined;
  return {
    url: url.replace(/\/$/, ""),
    apiKey: settings.MEILI_API_KEY,
    masterKey: settings.MEILI_MASTER_KEY,
  };
}

function databaseUrlOf({ DATABASE_URL: address, DATABASE_PASSWORD: password }: Settings): string | undefined {
  if (address === undefined || password === undefined) return address;
  const url = new URL(address);
  url.password = encodeURIComponent(password);
  return url.href;
}

function rolesOf(settings: Settings): RolePasswords | undefined {
  const { DATABASE_WEB_PASSWORD: web, DATABASE_WORKER_PASSWORD: worker } = settings;
  const { DATABASE_READONLY_PASSWORD: readonly } = settings;
  // all of them are set, or none
  return web && worker && readonly ? { web, worker, readonly } : undefined;
}

function readSettings(given: Environment): { settings: Settings; warnings: readonly string[] } {
  const { env, wrong, warnings } = resolveSecretFiles(given, SECRETS);
  const unreadable = new Set(wrong.map(({ name }) => name));
  const lines = wrong.map(({ line }) => line);
  const entries = Object.entries(SETTINGS).map(([name, { schema, must }]) => {
    const result = schema.safeParse(env[name] === "" ? undefined : env[name]);
    if (!result.success) lines.push(`${name} must be ${must}.`);
    return [name, result.data];
  });
  const isSet = (name: string) => Boolean(env[name]) || unreadable.has(name);
  lines.push(...misfits(isSet), ...looksUnset(env));
  if (env["DATABASE_PASSWORD"] && URL.parse(env["DATABASE_URL"] ?? "")?.password)
    lines.push("DATABASE_URL holds a password and DATABASE_PASSWORD is set: use one of them.");
  if (lines.length === 0) lines.push(...wrongAddresses(env));
  if (lines.length > 0) throw new AppError("configuration_invalid", { detail: lines.join("\n") });
  // Object.fromEntries forgets which value belongs to which name; each one has just been parsed by its own schema.
  return { settings: Object.fromEntries(entries) as Settings, warnings };
}

/** One line for each setting that would be ignored, or that lacks what belongs to it. */
function misfits(isSet: (name: string) => boolean): string[] {
  const halves = TOGETHER.filter((names) => names.some(isSet) && !names.every(isSet)).map(
    (names) => `${names.join(" and ")} belong together: set all of them, or none.`,
  );
  const ignored = NEEDS.filter(([name, needed]) => isSet(name) && !isSet(needed)).map(
    ([name, needed]) => `${name} is set without ${needed}: set both, or leave it out.`,
  );
  return [...halves, ...ignored];
}

/** The address that a browser on the same machine reaches the server by. */
function defaultPublicUrl(host: string, port: number): string {
  const anyAddress = host === "0.0.0.0" || host === "::";
  const name = anyAddress ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
