import { desc } from "drizzle-orm";
import type { AuditRepository } from "#lib/ports/store.ts";
import { auditEntries } from "./audit-entries.ts";
import type { Executor } from "./client.ts";
import { audit } from "./schema/instance.ts";

/** The audit log over PostgreSQL, newest first. */
export function auditRepository(db: Executor): AuditRepository {
  return {
    async append(row) {
      await db.insert(audit).values(row);
    },
    entries: (filter) => auditEntries(db, filter),
    list: (limit) => db.select().from(audit).orderBy(desc(audit.seq)).limit(limit),
  };
}
