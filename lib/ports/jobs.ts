/** Work that leaves a transaction: a job names ids, its handler reads the rows again. */
export type Job =
  | { name: "store-body"; episodeId: string }
  | { name: "screen"; episodeId: string }
  | { name: "project"; episodeId: string }
  | { name: "purge"; episodeId: string }
  | { name: "clear-incoming"; objectKey: string }
  | { name: "build-snapshot"; snapshotId: string }
  | { name: "sweep" }
  | { name: "rescan" };
export type JobName = Job["name"];
export const JOB_NAMES = [
  "store-body",
  "screen",
  "project",
  "purge",
  "clear-incoming",
  "build-snapshot",
  "sweep",
  "rescan",
] as const satisfies JobName[];

/** A job that failed too often and waits for a person. Its error is a code, never text of a record. */
export type ParkedJob = { id: string; name: JobName; subject: string | null; code: string; failedAt: Date };

/** Enqueues inside the transaction of the store that holds it: committed with it, or never. */
export interface JobQueue {
  enqueue(job: Job): Promise<void>;
}

/** The operator's view of the queue. */
export interface JobOffice {
  parked(): Promise<ParkedJob[]>;
  retry(id: string): Promise<boolean>;
  /** Forgets a parked job; false where none has that id. */
  cancel(id: string): Promise<boolean>;
  pending(): Promise<Record<JobName, number>>;
}
