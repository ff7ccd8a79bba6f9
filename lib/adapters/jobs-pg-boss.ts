import { sql } from "drizzle-orm";
import { fromDrizzle, PgBoss, type UpdateQueueOptions } from "pg-boss";
import type { Executor } from "#db/client.ts";
import { AppError, ERROR_CODES, isAppError } from "#lib/domain/errors.ts";
import {
  type Job,
  JOB_NAMES,
  type JobName,
  type JobOffice,
  type JobQueue,
  type ParkedJob,
} from "#lib/ports/jobs.ts";
import { asRequested, currentRequest } from "./request-context.ts";

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
/** Longer than any backlog: a waiting job is never dropped because of its age. */
const TEN_YEARS = 3_650 * DAY;
/** Where a job goes that failed too often. Nothing works on this queue; people look at it. */
const PARKED = "parked";
const JOB_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Five more tries after 5, 10, 20, 40 and 80 seconds; a worker that falls silent for a minute loses its job to another. */
const RETRIED = {
  retryLimit: 5,
  retryDelay: 5,
  retryBackoff: true,
  retryDelayMax: 5 * MINUTE,
  expireInSeconds: 15 * MINUTE,
  heartbeatSeconds: MINUTE,
  retentionSeconds: TEN_YEARS,
  deleteAfterSeconds: DAY,
  deadLetter: PARKED,
  notify: true,
};
/** A search engine may be away for hours: what waits for it is tried for a day before a person has to look. */
const PATIENT = { ...RETRIED, retryLimit: 300 };
type QueueSettings = Omit<typeof RETRIED, "deadLetter"> & { deadLetter?: string | null };

/** The sweep comes again by itself, so it is neither retried nor parked; it also asks again for a rescan that failed. */
const { deadLetter: _deadLetter, ...UNPARKED } = RETRIED;

/**
 * `singleton`: any number may wait, but one job per subject runs at a time, so that an older answer never overwrites a newer
 * one. Waiting jobs are not merged: the one that waits may run before the transaction that asked for another has committed.
 * `exclusive`: one job of the kind, waiting or running.
 */
const QUEUES: Record<JobName, { policy: "singleton" | "exclusive"; settings: QueueSettings }> = {
  // a store may be away for hours: the staged body stays, and the sweep asks again when the store is back
  "store-body": { policy: "singleton", settings: { ...UNPARKED, deadLetter: null } },
  screen: { policy: "singleton", settings: RETRIED },
  project: { policy: "singleton", settings: PATIENT },
  purge: { policy: "singleton", settings: RETRIED },
  // the sweep clears what this one could not
  "clear-incoming": { policy: "singleton", settings: { ...UNPARKED } },
  "build-snapshot": { policy: "singleton", settings: { ...RETRIED, expireInSeconds: DAY } },
  sweep: { policy: "exclusive", settings: { ...UNPARKED, retryLimit: 0 } },
  rescan: { policy: "exclusive", settings: { ...UNPARKED, expireInSeconds: DAY } },
};

export type JobConnection = {
  /** A worker keeps the queues in order; a web process only sends. */
  role: "web" | "worker";
  /** Told of trouble between jobs, such as a lost connection that is being made again. */
  onError: (error: unknown) => void;
};

/** Opens the queues of a prepared database. End with `boss.stop()`, which lets running jobs finish. */
export async function connectJobs(url: string, { role, onError }: JobConnection): Promise<PgBoss> {
  const boss = new PgBoss(
    role === "worker"
      ? {
          ...PREPARED,
          superviseIntervalSeconds: LOOK_SECONDS,
          monitorIntervalSeconds: LOOK_SECONDS,
          connectionString: url,
          max: 6,
          application_name: "trace-share-jobs",
          useListenNotify: true,
        }
      : { ...SENDING, connectionString: url, max: 2, application_name: "trace-share-send" },
  );
  boss.on("error", onError);
  await start(boss);
  return boss;
}

/** Throws `unavailable` if the database can't be reached or has not been prepared. */
async function start(boss: PgBoss): Promise<void> {
  try {
    await boss.start();
  } catch (cause) {
    await boss.stop({ graceful: false });
    throw new AppError("unavailable", { detail: "The job queue can't be opened.", cause });
  }
}

/** `prepareJobs` has made the tables; the role of a worker may not. */
const PREPARED = { migrate: false, createSchema: false };
/** How often workers look for jobs whose worker fell silent: with the silence itself a job is lost for a minute and a half at most. */
const LOOK_SECONDS = 15;
const SENDING = { ...PREPARED, supervise: false, schedule: false };

/** Makes or updates the queues' tables, the queues and the clock of the sweep. Run it after `migrate`, before any process starts. */
export async function prepareJobs(url: string): Promise<void> {
  const boss = new PgBoss({ connectionString: url, max: 1, supervise: false, schedule: false });
  // errors of the calls below reject; this one only keeps an idle connection's loss from ending the process
  boss.on("error", () => {});
  await start(boss);
  try {
    await putQueue(boss, PARKED, { retentionSeconds: TEN_YEARS });
    for (const name of JOB_NAMES) {
      const { policy, settings } = QUEUES[name];
      await putQueue(boss, name, settings, policy);
    }
    await boss.schedule("sweep", "*/10 * * * *", null, { tz: "UTC" });
  } finally {
    await boss.stop({ graceful: false });
  }
}

async function putQueue(
  boss: PgBoss,
  name: string,
  settings: Partial<QueueSettings> & UpdateQueueOptions,
  policy: string = "standard",
): Promise<void> {
  if (await boss.getQueue(name)) await boss.updateQueue(name, settings);
  else {
    // null takes a dead letter away from a queue that had one
    const { deadLetter, ...others } = settings;
    await boss.createQueue(name, { ...others, ...(deadLetter ? { deadLetter } : {}), policy });
  }
}

/** A queue whose jobs are committed with the executor's transaction, or never. */
export function createJobQueue(boss: PgBoss, db: Executor): JobQueue {
  return {
    async enqueue(job) {
      const { name, ...ids } = job;
      const subject = subjectOf(job);
      // so that the worker's lines of this job name the request that asked for it
      const requestId = currentRequest()?.id;
      const data = requestId === undefined ? ids : { ...ids, requestId };
      const keys = subject === null ? {} : { singletonKey: subject, group: { id: subject } };
      await boss.send(name, data, { ...keys, db: fromDrizzle(db, sql) });
    },
  };
}

/** The operator's view: what waits, what is parked, and a way back for the latter. */
export function createJobOffice(boss: PgBoss): JobOffice {
  return {
    async parked() {
      const jobs = await boss.findJobs<unknown>(PARKED, { queued: true });
      return jobs
        .flatMap(({ id, data, sourceName, sourceOutput, createdOn }): ParkedJob[] => {
          const name = JOB_NAMES.find((known) => known === sourceName);
          if (!name) return [];
          return [{ id, name, subject: subjectIn(data), code: codeIn(sourceOutput), failedAt: createdOn }];
        })
        .sort((a, b) => a.failedAt.getTime() - b.failedAt.getTime());
    },
    async retry(id) {
      if (!JOB_ID.test(id)) return false;
      return (await boss.redrive(PARKED, { ids: [id] })) > 0;
    },
    async cancel(id) {
      if (!JOB_ID.test(id)) return false;
      const [job] = await boss.findJobs(PARKED, { id });
      if (!job) return false;
      await boss.deleteJob(PARKED, id);
      return true;
    },
    async pending() {
      const counts = await waiting(boss);
      const entries = JOB_NAMES.map((name) => [name, counts.get(name) ?? 0]);
      // one entry for each name has just been made
      return Object.fromEntries(entries) as Record<JobName, number>;
    },
  };
}

/** Straight from the table: pg-boss's own counts are up to a minute old. */
async function waiting(boss: PgBoss): Promise<Map<string, number>> {
  const { rows } = await boss
    .getDb()
    .executeSql(
      "select name, count(*)::int as value from pgboss.job where state in ('created', 'retry', 'active') group by name",
    );
  return new Map(rows.map((row: { name: string; value: number }) => [row.name, row.value]));
}

export type JobHandlers = { [Name in JobName]: (job: Extract<Job, { name: Name }>) => Promise<void> };

export type WorkOptions = {
  /** Jobs of each short kind that this process runs at once. Builds, sweeps and rescans run one at a time. */
  concurrency: number;
  /** For the log of the process: the queue itself keeps the code alone. */
  onFailure: (failure: { name: JobName; subject: string | null; code: string; error: unknown }) => void;
  /** Told of every run, with its time in seconds. */
  onRun?: (run: { name: JobName; result: "completed" | "failed"; seconds: number }) => void;
};

const ONE_AT_A_TIME: readonly JobName[] = ["build-snapshot", "sweep", "rescan"];

/** Starts working on every queue. Stop with `boss.stop()`. */
export async function startWorkers(boss: PgBoss, handlers: JobHandlers, options: WorkOptions): Promise<void> {
  for (const name of JOB_NAMES) {
    const workers = ONE_AT_A_TIME.includes(name) ? 1 : options.concurrency;
    for (let count = 0; count < workers; count += 1) await startWorker(boss, { name, handlers, options });
  }
}

type Work = { name: JobName; handlers: JobHandlers; options: WorkOptions };

async function startWorker(boss: PgBoss, { name, handlers, options }: Work): Promise<void> {
  const settings = {
    groupConcurrency: 1,
    notifyPollingIntervalSeconds: 5,
    perJobResults: true,
    // sooner than anybody looks: after a while without the database a worker says that it lives before it loses its jobs
    heartbeatRefreshSeconds: LOOK_SECONDS - 5,
  } as const;
  const id = await boss.work<unknown, unknown, typeof settings>(name, settings, async (jobs) => {
    const results = jobs.map(({ id: jobId, data }) =>
      asRequested(fieldOf(data, "requestId"), async () => {
        const subject = subjectIn(data);
        const began = performance.now();
        const failure = await run(handlers, name, subject);
        const seconds = (performance.now() - began) / 1000;
        options.onRun?.({ name, result: failure ? "failed" : "completed", seconds });
        if (!failure) return { id: jobId, status: "completed" } as const;
        options.onFailure({ name, subject, ...failure });
        return { id: jobId, status: "failed", output: { code: failure.code } } as const;
      }),
    );
    const settled = await Promise.all(results);
    // after a job a worker would sleep until it is called or its poll is due, and a backlog calls nobody
    boss.notifyWorker(id);
    return settled;
  });
}

async function run(
  handlers: JobHandlers,
  name: JobName,
  subject: string | null,
): Promise<{ code: string; error: unknown } | undefined> {
  try {
    if (name === "sweep" || name === "rescan") {
      await (name === "sweep" ? handlers.sweep({ name }) : handlers.rescan({ name }));
      return undefined;
    }
    if (subject === null) throw new AppError("internal", { detail: "A job names nothing to work on." });
    if (name === "build-snapshot") await handlers[name]({ name, snapshotId: subject });
    else if (name === "clear-incoming") await handlers[name]({ name, objectKey: subject });
    else await runForEpisode(handlers, name, subject);
    return undefined;
  } catch (error) {
    return { code: isAppError(error) ? error.code : "internal", error };
  }
}

async function runForEpisode(
  handlers: JobHandlers,
  name: Exclude<JobName, "sweep" | "rescan" | "build-snapshot" | "clear-incoming">,
  episodeId: string,
): Promise<void> {
  if (name === "store-body") return handlers[name]({ name, episodeId });
  if (name === "screen") return handlers[name]({ name, episodeId });
  if (name === "project") return handlers[name]({ name, episodeId });
  return handlers.purge({ name, episodeId });
}

function subjectOf(job: Job): string | null {
  if ("episodeId" in job) return job.episodeId;
  if ("objectKey" in job) return job.objectKey;
  return "snapshotId" in job ? job.snapshotId : null;
}

function subjectIn(data: unknown): string | null {
  const subject = fieldOf(data, "episodeId") ?? fieldOf(data, "snapshotId") ?? fieldOf(data, "objectKey");
  return typeof subject === "string" ? subject : null;
}

/** Only our own codes get out: pg-boss writes sentences when a worker died or a job took too long. */
function codeIn(output: unknown): string {
  return ERROR_CODES.find((code) => code === fieldOf(output, "code")) ?? "internal";
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
