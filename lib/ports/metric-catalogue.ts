import { ERROR_CODES } from "#lib/domain/errors.ts";
import { EPISODE_STATES } from "#lib/domain/lifecycle/episode-states.ts";
import { SNAPSHOT_STATES } from "#lib/domain/lifecycle/snapshot-states.ts";
import { ROUTE_TEMPLATES } from "#lib/domain/wire/route-templates.ts";
import { JOB_NAMES } from "./jobs.ts";
import { READINESS_PARTS } from "./readiness.ts";

/** Bounds of histograms, in seconds: for answers that somebody waits for, and for work that nobody does. */
const QUICK = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const SLOW = [0.05, 0.25, 1, 5, 15, 60, 300, 900, 3600, 86_400] as const;

type Definition = {
  type: "counter" | "gauge" | "histogram";
  /** Which process says it: `each`, or one kind alone. What the database knows comes from workers. */
  from: "each" | "web" | "worker";
  help: string;
  /** Every label with all the values it may have. */
  labels: Readonly<Record<string, readonly string[]>>;
  buckets?: readonly number[];
};

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"] as const;
const STATUSES = ["1xx", "2xx", "3xx", "4xx", "5xx", "aborted"] as const;
const ROUTES = [...ROUTE_TEMPLATES, "other"] as const;
const LIMITS = ["upload", "batch", "revoke", "read", "report", "sign_in", "snapshot"] as const;
const UPKEEP = ["backup", "restore", "scrub", "upgrade"] as const;
const OPERATIONS = ["put", "put_stream", "get", "size", "open", "remove", "list", "ready", "alive"] as const;

/** Every metric of the platform; docs/metrics.md lists the same. Names get the prefix `trace_share_`. */
export const METRICS = {
  info: {
    type: "gauge",
    from: "each",
    help: "Always 1; says which kind of process this is.",
    labels: { role: ["web", "worker"] },
  },
  http_requests_total: {
    type: "counter",
    from: "web",
    help: "Requests by route template, method and class of status; aborted: the client left first.",
    labels: { route: ROUTES, method: METHODS, status: STATUSES },
  },
  http_request_seconds: {
    type: "histogram",
    from: "web",
    help: "Time from the head of a request to the end of its answer.",
    labels: { route: ROUTES },
    buckets: QUICK,
  },
  http_requests_open: {
    type: "gauge",
    from: "web",
    help: "Requests that are being answered now.",
    labels: {},
  },
  rate_limited_total: {
    type: "counter",
    from: "web",
    help: "Requests refused because one caller sent too many.",
    labels: { limit: LIMITS },
  },
  uploads_total: {
    type: "counter",
    from: "web",
    help: "Uploads by verdict: created, repeated, or the code of the refusal.",
    labels: { verdict: ["created", "repeated", ...ERROR_CODES] },
  },
  unexpected_errors_total: {
    type: "counter",
    from: "web",
    help: "Failures that no use case meant, by where they came out; each has a line in the log.",
    labels: { edge: ["route", "action", "page"] },
  },
  readiness: {
    type: "gauge",
    from: "web",
    help: "1 where the last look of /readyz found a part well, else 0.",
    labels: { part: READINESS_PARTS },
  },
  revocation_seconds: {
    type: "histogram",
    from: "each",
    help: "From the request to withdraw until no page shows it (pages), no index finds it (search), its bytes are gone (erased).",
    labels: { until: ["pages", "search", "erased"] },
    buckets: SLOW,
  },
  object_store_seconds: {
    type: "histogram",
    from: "each",
    help: "Time of one call of the object store.",
    labels: { operation: OPERATIONS },
    buckets: QUICK,
  },
  object_store_errors_total: {
    type: "counter",
    from: "each",
    help: "Calls of the object store that failed.",
    labels: { operation: OPERATIONS, code: ["unavailable", "storage_full", "other"] },
  },
  search_seconds: {
    type: "histogram",
    from: "web",
    help: "Time of one search, by who answered: the engine of the instance, or PostgreSQL in its place.",
    labels: { answered_by: ["engine", "reserve"] },
    buckets: QUICK,
  },
  search_failures_total: {
    type: "counter",
    from: "web",
    help: "Searches that nobody answered.",
    labels: {},
  },
  limits_fallbacks_total: {
    type: "counter",
    from: "web",
    help: "Times that limits went over to the database because Redis did not answer.",
    labels: {},
  },
  screenings_total: {
    type: "counter",
    from: "worker",
    help: "Screened episodes: released by rule, waiting for a person, or held back by the guard.",
    labels: { verdict: ["released", "review", "held"] },
  },
  job_seconds: {
    type: "histogram",
    from: "worker",
    help: "Time of one run of a job.",
    labels: { job: JOB_NAMES, result: ["completed", "failed"] },
    buckets: SLOW,
  },
  snapshot_rows_total: {
    type: "counter",
    from: "worker",
    help: "Rows written into the files of snapshots: the progress of a build.",
    labels: {},
  },
  figures_up: {
    type: "gauge",
    from: "worker",
    help: "1 if the database answered the worker's questions for this page, else 0: then what it was asked for is absent or NaN.",
    labels: {},
  },
  jobs: {
    type: "gauge",
    from: "worker",
    help: "Jobs that wait, that wait to be tried again, and that run.",
    labels: { job: JOB_NAMES, state: ["waiting", "retrying", "running"] },
  },
  job_oldest_seconds: {
    type: "gauge",
    from: "worker",
    help: "Age of the oldest job of a kind that is not done; 0 if there is none. That of project is the lag of the search.",
    labels: { job: JOB_NAMES },
  },
  jobs_parked: {
    type: "gauge",
    from: "worker",
    help: "Jobs that failed too often and wait for a person (dead letters).",
    labels: { job: JOB_NAMES },
  },
  database_connections: {
    type: "gauge",
    from: "worker",
    help: "Connections to this database by pool: pages and services, job queue of workers, sending, everybody else.",
    labels: { pool: ["trace-share", "trace-share-jobs", "trace-share-send", "other"] },
  },
  database_connections_limit: {
    type: "gauge",
    from: "worker",
    help: "Connections that the database server takes from everybody together.",
    labels: {},
  },
  clock_skew_seconds: {
    type: "gauge",
    from: "worker",
    help: "By how much the database's clock is ahead of this process's.",
    labels: {},
  },
  paused: {
    type: "gauge",
    from: "worker",
    help: "1 while the operator has paused the instance.",
    labels: {},
  },
  episodes: { type: "gauge", from: "worker", help: "Episodes by state.", labels: { state: EPISODE_STATES } },
  cases_open: { type: "gauge", from: "worker", help: "Cases that nobody has closed.", labels: {} },
  snapshots: {
    type: "gauge",
    from: "worker",
    help: "Snapshots by state.",
    labels: { state: SNAPSHOT_STATES },
  },
  snapshot_build_oldest_seconds: {
    type: "gauge",
    from: "worker",
    help: "Time since the oldest snapshot that is being built was begun; 0 if there is none.",
    labels: {},
  },
  staged_bodies: {
    type: "gauge",
    from: "worker",
    help: "Bodies that are not in the object store yet.",
    labels: {},
  },
  staged_bytes: { type: "gauge", from: "worker", help: "Their size.", labels: {} },
  stored_bytes: {
    type: "gauge",
    from: "worker",
    help: "Size of what the object store should hold, as the database knows it.",
    labels: { kind: ["bodies", "snapshots"] },
  },
  database_bytes: {
    type: "gauge",
    from: "worker",
    help: "Size of the database on disk: all of it, and the tables with indexes of the search, the queue and staging.",
    labels: { part: ["all", "search", "jobs", "staging"] },
  },
  never_forget_entries: {
    type: "gauge",
    from: "worker",
    help: "Number of the last entry of the never-forget log that the database remembers.",
    labels: {},
  },
  disk_free_bytes: { type: "gauge", from: "worker", help: "Room left where DATA_DIR is.", labels: {} },
  disk_bytes: { type: "gauge", from: "worker", help: "Size of that disk.", labels: {} },
  maintenance_timestamp_seconds: {
    type: "gauge",
    from: "worker",
    help: "When a task of upkeep last ended, in Unix time; absent if it never has.",
    labels: { task: UPKEEP },
  },
  maintenance_ok: {
    type: "gauge",
    from: "worker",
    help: "1 if that run of the task left nothing for a person to do, else 0.",
    labels: { task: UPKEEP },
  },
  scrub_objects: {
    type: "gauge",
    from: "worker",
    help: "What the last scrub of the stored objects found.",
    labels: { finding: ["checked", "missing", "corrupt", "unknown", "repaired"] },
  },
} as const satisfies Record<string, Definition>;

export type MetricDefinition = Definition;
export const METRIC_PREFIX = "trace_share_";
