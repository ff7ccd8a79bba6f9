import { type SQL, sql } from "drizzle-orm";
import type { AuditEntry, AuditFilter } from "#lib/ports/store.ts";
import type { Executor } from "./client.ts";

const PAGE = 1_000;

/** Each log in the one form; the constants are ours. */
const LOGS: readonly { log: AuditEntry["log"]; rows: SQL }[] = [
  {
    log: "audit",
    rows: sql`select seq, at, actor, action, subject, null::text as before, null::text as after from audit`,
  },
  {
    log: "episode",
    rows: sql`select seq, at, coalesce(actor_id, actor) as actor, 'episode.' || type as action,
      episode_id as subject, from_state as before, to_state as after from episode_event`,
  },
  {
    log: "case",
    rows: sql`select seq, at, coalesce(actor_id, actor) as actor, 'case.' || event as action,
      case_id::text as subject, from_state as before, to_state as after from case_event`,
  },
  {
    log: "snapshot",
    rows: sql`select seq, at, coalesce(actor_id, actor) as actor, 'snapshot.' || event as action,
      snapshot_id::text as subject, from_state as before, to_state as after from snapshot_event`,
  },
];

type Row = {
  seq: string;
  at: string;
  actor: string;
  action: string;
  subject: string | null;
  before: string | null;
  after: string | null;
};

/** Reads the logs in pages, so that memory does not grow with them. */
export async function* auditEntries(db: Executor, filter: AuditFilter): AsyncGenerator<AuditEntry> {
  const conditions = conditionsOf(filter);
  for (const { log, rows } of LOGS) {
    for (let after = 0; ; ) {
      const page = await db.execute<Row>(sql`
        select seq::text, extract(epoch from at)::text as at, actor, action, subject, before, after
        from (${rows}) as entry where seq > ${after} ${conditions} order by entry.seq limit ${PAGE}`);
      for (const { seq, at, before: from, after: to, ...rest } of page) {
        after = Number(seq);
        yield { log, seq: after, at: new Date(Math.round(Number(at) * 1000)), ...rest, from, to };
      }
      if (page.length < PAGE) break;
    }
  }
}

function conditionsOf({ since, until, actor, action }: AuditFilter): SQL {
  const parts: SQL[] = [];
  if (since) parts.push(sql`and at >= ${since.toISOString()}::timestamptz`);
  if (until) parts.push(sql`and at < ${until.toISOString()}::timestamptz`);
  if (actor !== undefined) parts.push(sql`and actor = ${actor}`);
  if (action !== undefined)
    parts.push(action.endsWith(".") ? sql`and starts_with(action, ${action})` : sql`and action = ${action}`);
  return sql.join(parts, sql` `);
}
