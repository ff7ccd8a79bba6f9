import { type Config, SECRET_FILES } from "#lib/config.ts";
import { actionKey } from "#lib/container.ts";

/** The files have been read: what was in them goes on as a value. */
const NO_FILES = Object.fromEntries(SECRET_FILES.map((name) => [name, ""]));

/** Settings with everything decided that the supervisor decides: where the database is and what signs the sessions. */
export type DecidedConfig = Config & { databaseUrl: string; authSecret: string };

/**
 * The environment in which `loadConfig` reads these settings again, for web, worker and operator commands. The master key of
 * Meilisearch and the passwords of the database's roles stay behind: only the commands that make keys and roles need them. What is not set is set to nothing: web and worker also get the
 * surroundings, and a worker on the bucket of another instance would clear it away.
 */
export function platformEnvironment(
  config: DecidedConfig,
  extraEnv: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    ...NO_FILES,
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
    PORT: String(config.port),
    HOST: config.host,
    DATA_DIR: config.dataDir,
    PUBLIC_URL: config.publicUrl,
    DATABASE_URL: config.databaseUrl,
    DATABASE_PASSWORD: "",
    DATABASE_WEB_PASSWORD: "",
    DATABASE_WORKER_PASSWORD: "",
    DATABASE_READONLY_PASSWORD: "",
    MEILI_URL: config.meilisearch?.url ?? "",
    MEILI_API_KEY: config.meilisearch?.apiKey ?? "",
    MEILI_MASTER_KEY: "",
    ...storesOf(config),
    STAGING_MAX_MIB: String(config.stagingBytes / (1024 * 1024)),
    RELEASE_POLICY: config.releasePolicy,
    INSTANCE_ACCESS: config.instanceAccess,
    GITHUB_ID: config.github?.id ?? "",
    GITHUB_SECRET: config.github?.secret ?? "",
    NEXTAUTH_SECRET: config.authSecret,
    SIGNING_KEY_FILE: config.signingKeyFile ?? "",
    NEXTAUTH_URL: config.publicUrl,
    NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: actionKey(config.authSecret),
    INSTANCE_NAME: config.instanceName,
    LOG_LEVEL: config.logLevel,
    LOG_FORMAT: config.logFormat,
    BUILD_COMMIT: config.buildCommit ?? "",
    METRICS_PORT: config.metrics ? String(config.metrics.port) : "",
    METRICS_HOST: config.metrics?.host ?? "",
    WORKER_CONCURRENCY: String(config.workerConcurrency),
    PERMANENCE_ACCEPT_HEAD: config.permanenceAcceptHead ?? "",
    ...extraEnv,
  };
}

function storesOf({ s3, redis }: Config): Record<string, string> {
  return {
    S3_BUCKET: s3?.bucket ?? "",
    S3_ENDPOINT: s3?.endpoint ?? "",
    S3_PUBLIC_ENDPOINT: s3?.publicEndpoint ?? "",
    S3_REGION: s3?.region ?? "",
    S3_ACCESS_KEY_ID: s3?.accessKeyId ?? "",
    S3_SECRET_ACCESS_KEY: s3?.secretAccessKey ?? "",
    UPSTASH_REDIS_REST_URL: redis?.url ?? "",
    UPSTASH_REDIS_REST_TOKEN: redis?.token ?? "",
  };
}
