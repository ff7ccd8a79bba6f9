import { join, resolve } from "node:path";
import { demandEmpty, dump, load } from "#db/backup.ts";
import { connect, type DatabaseHandle } from "#db/client.ts";
import { appErrorOf, guarded } from "#db/errors.ts";
import { waitForSchema } from "#db/wait-for-schema.ts";
import { createStore } from "#db/store.ts";
import { authSessions } from "#lib/adapters/auth-sessions.ts";
import { openBucket } from "#lib/adapters/bucket-storage.ts";
import { faultFields } from "#lib/adapters/fault-fields.ts";
import { showFigures } from "#lib/adapters/figures.ts";
import {
  connectJobs,
  createJobOffice,
  createJobQueue,
  type JobHandlers,
  startWorkers,
} from "#lib/adapters/jobs-pg-boss.ts";
import { keptSecret } from "#lib/adapters/kept-secret.ts";
import { withFallback } from "#lib/adapters/key-value-fallback.ts";
import { createPostgresKeyValue } from "#lib/adapters/key-value-postgres.ts";
import { createUpstashKeyValue } from "#lib/adapters/key-value-upstash.ts";
import { createLog } from "#lib/adapters/log-pino.ts";
import { noMetrics } from "#lib/adapters/metrics-prometheus.ts";
import { createConsoleMailer } from "#lib/adapters/mailer-console.ts";
import { measuredObjectStore } from "#lib/adapters/object-store-measured.ts";
import { type Observation, observeProcess } from "#lib/adapters/observe-process.ts";
import { openFileObjectStore } from "#lib/adapters/object-store-fs.ts";
import { createFilePermanenceLog } from "#lib/adapters/permanence-log-file.ts";
import { type PreparedBucket, prepareBucket } from "#lib/adapters/s3-prepare-bucket.ts";
import { measuredSearch } from "#lib/adapters/search-measured.ts";
import { createMeilisearchIndex } from "#lib/adapters/search-meilisearch.ts";
import { makeSearchKeys, type SearchKeys } from "#lib/adapters/search-meilisearch-keys.ts";
import { createPostgresSearchIndex, postgresFragments } from "#lib/adapters/search-postgres.ts";
import { createSearchWithFallback } from "#lib/adapters/search-with-fallback.ts";
import { createFileSigner, signingKeyPath } from "#lib/adapters/signer-file.ts";
import { systemClock, systemIds } from "#lib/adapters/system.ts";
import { createUploadReader } from "#lib/adapters/upload-reader-threads.ts";
import { createCodec } from "#lib/adapters/zstd.ts";
import { type Config, loadConfig } from "#lib/config.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { KeyValue } from "#lib/ports/key-value.ts";
import type { Metrics } from "#lib/ports/metrics.ts";
import type { PermanenceLog } from "#lib/ports/permanence-log.ts";
import type { SearchIndex } from "#lib/ports/search-index.ts";
import type { Signer } from "#lib/ports/signer.ts";
import type { Log } from "#lib/ports/system.ts";

export { PROGRAM_SCHEMA } from "#db/schema-version.ts";
export { actionKey } from "#lib/adapters/action-key.ts";
export { faultFields } from "#lib/adapters/fault-fields.ts";
export { prepareJobs } from "#lib/adapters/jobs-pg-boss.ts";
export type { JobHandlers } from "#lib/adapters/jobs-pg-boss.ts";
export { announcePrepared } from "./prepared.ts";
export { announceStop, isStopping } from "./stopping.ts";
export { currentRequest } from "#lib/adapters/request-context.ts";
export { searchKeyOf } from "#lib/adapters/search-meilisearch-keys.ts";
export type { SearchKeys } from "#lib/adapters/search-meilisearch-keys.ts";
export { earlierKeysPath, signingKeyPath } from "#lib/adapters/signer-file.ts";

/** Everything of one process, joined and connected. */
export type Instance = {
  deps: Deps;
  /** Users and sessions as next-auth reads and writes them. */
  auth: ReturnType<typeof authSessions>;
  /** Starts working on the job queues; for an instance that was made as a worker. */
  work(handlers: JobHandlers): Promise<void>;
  /** The whole database as lines, out of and into an empty one (db/backup.ts). */
  backup: {
    dump(write: (line: string) => Promise<void>): Promise<{ rows: Record<string, number> }>;
    load(lines: AsyncIterable<string>): Promise<{ rows: Record<string, number> }>;
    /** Throws `already_exists` where `load` would. */
    demandEmpty(): Promise<void>;
  };
  /** Lets running jobs finish for some seconds (those that don't are tried again) and ends every connection. */
  close(): Promise<void>;
};

/** For jobs that run when everything is closed; who has more time says so. */
const FINISH_JOBS_MS = 4000;
type DepsOptions = { role?: "web" | "worker"; finishJobsMs?: number; observation?: Observation | undefined };

/**
 * Joins adapters to ports by the settings. `web` only sends jobs, `worker` may also work on them. The database must have
 * been prepared (`migrate`, `prepareJobs`). Throws `configuration_invalid`, or `unavailable` if the database can't be reached.
 */
export async function createDeps(
  config: Config,
  { role = "web", finishJobsMs = FINISH_JOBS_MS, observation }: DepsOptions = {},
): Promise<Instance> {
  const metrics = observation?.metrics ?? noMetrics();
  const url = databaseUrl(config);
  const rules = await rulesOf(config);
  const log = logOf(config);
  const boss = await connectJobs(url, {
    role,
    onError: (error) => log.warn("jobs.trouble", faultFields(error)),
  }).catch((error: unknown) => {
    throw appErrorOf(error);
  });
  const database = connect(url);
  const storage = await openStorage(config, role).catch(async (error: unknown) => {
    await boss.stop({ graceful: false });
    await database.close();
    throw error;
  });
  if (role === "worker" && observation?.page)
    showFigures(observation.page, { metrics, database, dataDir: resolve(config.dataDir) });
  const deps: Deps = {
    ...databasePorts(database, (db) => createJobQueue(boss, db)),
    keyValue: keyValueOf({ config, log, metrics, database }),
    search: measuredSearch(searchIndex(database, { ...config.meilisearch, log }), metrics),
    jobOffice: guarded(createJobOffice(boss)),
    objects: measuredObjectStore(storage.objects, metrics),
    incoming: storage.incoming,
    storeOwner: storage.storeOwner,
    permanence: storage.permanence,
    codec: createCodec(),
    uploadReader: createUploadReader(),
    clock: systemClock,
    ids: systemIds,
    log,
    metrics,
    mailer: createConsoleMailer(process.stdout),
    signer: signerOf(config),
    rules,
  };
  observation?.onHealth(async () => (await deps.store.health()).writable);
  return {
    deps,
    auth: guarded(authSessions(database)),
    work: (handlers) =>
      startWorkers(boss, handlers, {
        concurrency: config.workerConcurrency,
        onRun: ({ name, result, seconds }) => metrics.observe("job_seconds", { job: name, result }, seconds),
        onFailure: ({ name, subject, code, error }) =>
          log.error("job.failed", { ...faultFields(error), job: name, subject, code }),
      }),
    backup: {
      dump: (write) => dump(database, write),
      load: (lines) => load(database, lines),
      demandEmpty: () => demandEmpty(database),
    },
    close: async () => {
      await boss.stop({ graceful: role === "worker", timeout: finishJobsMs });
      await deps.uploadReader.close();
      storage.close();
      await database.close();
    },
  };
}

function databasePorts(database: DatabaseHandle, jobs: Parameters<typeof createStore>[1]) {
  return {
    store: createStore(database, jobs),
  };
}

export type Storage = Pick<Deps, "objects" | "incoming" | "storeOwner" | "permanence"> & { close(): void };

/** The bucket where one is set, else the data folder. The never-forget log lies beside the objects, not among them. */
export async function openStorage({ s3, dataDir: folder }: Config, role: "web" | "worker"): Promise<Storage> {
  if (s3 !== undefined) return openBucket(s3, role);
  const dataDir = resolve(folder);
  return {
    objects: await openFileObjectStore(join(dataDir, "objects")),
    incoming: null,
    storeOwner: null,
    permanence: permanenceLogIn(join(dataDir, "permanence")),
    close: () => {},
  };
}

/** A never-forget log as a file in a folder: that of an instance without a bucket, and the copy in a backup. */
export function permanenceLogIn(folder: string): PermanenceLog {
  return createFilePermanenceLog(folder);
}

/** Redis where one is set, with the database for the time when it does not answer. */
function keyValueOf({
  config,
  log,
  metrics,
  database,
}: {
  config: Config;
  log: Log;
  metrics: Metrics;
  database: DatabaseHandle;
}): KeyValue {
  const inDatabase = guarded(createPostgresKeyValue(database.db));
  if (config.redis === undefined) return inDatabase;
  return withFallback(createUpstashKeyValue(config.redis), inDatabase, {
    now: () => performance.now(),
    onFailure: (error) => {
      metrics.count("limits_fallbacks_total", {});
      log.warn("key-value.fallback", faultFields(error));
    },
  });
}

type SearchOptions = Partial<NonNullable<Config["meilisearch"]>> & { log: Log };

/** PostgreSQL, or Meilisearch with PostgreSQL in reserve where MEILI_URL names one. */
function searchIndex(database: DatabaseHandle, { url, apiKey: key, log }: SearchOptions): SearchIndex {
  const fallback = guarded(createPostgresSearchIndex(database.db));
  if (url === undefined) return fallback;
  const engine = guarded(createMeilisearchIndex({ url, key, fragments: postgresFragments(database.db) }));
  return createSearchWithFallback({ engine, fallback, log, clock: systemClock });
}

/** Makes and tries the bucket (lib/adapters/s3-prepare-bucket.ts). Throws `configuration_invalid` where none is set. */
export async function prepareStorage({ s3 }: Config): Promise<PreparedBucket> {
  if (s3) return prepareBucket(s3);
  throw new AppError("configuration_invalid", {
    detail: "Set S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.",
  });
}

/**
 * Makes the scoped keys of Meilisearch with its master key; the same ones at every call. Needs no database. Throws
 * `configuration_invalid` where no server or no master key is set, or the server refuses it.
 */
export async function prepareSearchKeys({ meilisearch }: Config): Promise<SearchKeys> {
  const { url, masterKey } = meilisearch ?? {};
  if (url !== undefined && masterKey !== undefined) return makeSearchKeys({ url, masterKey });
  throw new AppError("configuration_invalid", {
    detail: "Set MEILI_URL, and MEILI_MASTER_KEY or MEILI_MASTER_KEY_FILE.",
  });
}

/** How long a process that depends on others waits for them before it ends and is started again. */
const LATE_MS = 5 * 60_000;

/** Waits until the database has this program's schema, which `migrate` gives it (db/wait-for-schema.ts). */
export async function waitForDatabase(
  config: Config,
  onWait: (line: string) => void,
  options: { withinMs?: number; signal?: AbortSignal } = {},
): Promise<void> {
  const { withinMs = LATE_MS, signal } = options;
  await waitForSchema(databaseUrl(config), { withinMs, onWait, signal });
}

function databaseUrl({ databaseUrl: url }: Config): string {
  if (url !== undefined) return url;
  throw new AppError("configuration_invalid", {
    detail: "DATABASE_URL is not set. `npm start` and `npm run admin` set it for the embedded PostgreSQL.",
  });
}

async function rulesOf(config: Config): Promise<Deps["rules"]> {
  const { publicUrl, releasePolicy, stagingBytes } = config;
  return {
    publicUrl,
    releasePolicy,
    stagingBytes,
    secret: await instanceSecret(config),
  };
}

/** What everything is derived from that only this instance may know. Throws `configuration_invalid` where there is none yet. */
export async function instanceSecret({ authSecret, dataDir }: Config): Promise<string> {
  return authSecret ?? keptSecret(resolve(dataDir));
}

type Kept = {
  config?: Config;
  log?: Log;
  observation?: Observation;
  instance?: Promise<Instance>;
};

/** One per process. Next bundles this module more than once, so the place is the process's and not the module's. */
const KEPT = Symbol.for("trace-share.instance");

function kept(): Kept {
  // the symbol is ours alone, so what lies there is what we put there
  const place = globalThis as { [KEPT]?: Kept };
  return (place[KEPT] ??= {});
}

/** The settings of this process, read once. */
export function getConfig(): Config {
  return (kept().config ??= loadConfig(process.env));
}

/** The log of this process; needs no connection. */
export function getLog(): Log {
  return (kept().log ??= logOf(getConfig()));
}

/** Where this process counts; nowhere before `observe`, and where no port for metrics is set. */
export function getMetrics(): Metrics {
  return kept().observation?.metrics ?? noMetrics();
}

/**
 * Begins to watch this process, once: call it before anything connects. Throws `configuration_invalid` where the port of the metrics can't
 * be had.
 */
export async function observe(role: "web" | "worker"): Promise<Observation> {
  const place = kept();
  place.observation ??= await observeProcess({ role, at: getConfig().metrics, log: getLog() });
  return place.observation;
}

function logOf({ logLevel: level, logFormat: format }: Config): Log {
  return createLog({ level, format });
}

/** What signs as this instance; needs no connection. */
export function getSigner(): Signer {
  return signerOf(getConfig());
}

function signerOf(config: Config): Signer {
  return createFileSigner(signingKeyPath(config));
}

/** The ports of this process, connected by the first call; a call that fails leaves the next one free to try again. */
export async function getDeps(): Promise<Deps> {
  return (await getInstance()).deps;
}

/** next-auth's adapter over the database of this process. */
export async function authAdapter(): Promise<Instance["auth"]> {
  return (await getInstance()).auth;
}

function getInstance(): Promise<Instance> {
  const place = kept();
  place.instance ??= createDeps(getConfig(), { observation: place.observation }).catch((error: unknown) => {
    delete place.instance;
    throw error;
  });
  return place.instance;
}
