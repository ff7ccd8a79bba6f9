import { AppError } from "#lib/domain/errors.ts";
import type { JobQueue } from "#lib/ports/jobs.ts";
import type { Store } from "#lib/ports/store.ts";
import { accountRepository } from "./accounts.ts";
import { advisoryLock } from "./advisory-lock.ts";
import { auditRepository } from "./audit.ts";
import { caseRepository } from "./cases.ts";
import type { DatabaseHandle, Executor } from "./client.ts";
import { denyListRepository } from "./deny-list.ts";
import { episodeRepository } from "./episodes.ts";
import { guarded, translated } from "./errors.ts";
import { readHealth } from "./health.ts";
import { instanceRepository } from "./instance.ts";
import { operationRepository } from "./operations.ts";
import { rescanRepository } from "./rescan.ts";
import { snapshotRepository } from "./snapshots.ts";
import { stagingRepository } from "./staging.ts";
import { tokenRepository } from "./tokens.ts";
import { tombstoneRepository } from "./tombstones.ts";
import { uploadRepository } from "./uploads.ts";

/** Makes the queue that enqueues where the statements of one executor run. */
export type JobQueueFactory = (db: Executor) => JobQueue;

/**
 * The Store over PostgreSQL. A transaction inside a transaction is a savepoint. Failures of the database come out as
 * AppError: `unavailable` when trying again can help (a lost connection, a deadlock), `storage_full`, `already_exists`.
 */
export function createStore({ db }: Pick<DatabaseHandle, "db">, jobs: JobQueueFactory): Store {
  return storeOver(db, jobs, false);
}

function storeOver(db: Executor, jobs: JobQueueFactory, inTransaction: boolean): Store {
  return {
    accounts: guarded(accountRepository(db)),
    tokens: guarded(tokenRepository(db)),
    episodes: guarded(episodeRepository(db)),
    rescan: guarded(rescanRepository(db)),
    staging: guarded(stagingRepository(db)),
    uploads: guarded(uploadRepository(db)),
    tombstones: guarded(tombstoneRepository(db)),
    cases: guarded(caseRepository(db)),
    snapshots: guarded(snapshotRepository(db)),
    denyList: guarded(denyListRepository(db)),
    instance: guarded(instanceRepository(db)),
    audit: guarded(auditRepository(db)),
    operations: guarded(operationRepository(db)),
    jobs: guarded(jobs(db)),
    async transaction(work) {
      return translated(db.transaction((tx) => work(storeOver(tx, jobs, true))));
    },
    async lock(name, key) {
      if (!inTransaction)
        throw new AppError("internal", { detail: "A lock needs a transaction to hold it." });
      await translated(advisoryLock(db, name, key));
    },
    health: () => translated(readHealth(db)),
  };
}
