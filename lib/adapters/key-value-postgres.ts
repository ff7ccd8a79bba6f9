import { sql } from "drizzle-orm";
import type { Executor } from "#db/client.ts";
import { keyValue } from "#db/schema/infra.ts";
import type { KeyValue } from "#lib/ports/key-value.ts";

/** How many expired rows the first hit of a window clears away: more than it adds, so the table stays small. */
const CLEARED_AT_ONCE = 100;

/**
 * Counters and marks in a table. One statement per hit, so parallel hits of all processes count exactly; the database's
 * clock decides when a window ends. Failures are the database's own: the container translates them.
 */
export function createPostgresKeyValue(db: Executor): KeyValue {
  return {
    async hit(key, windowSeconds) {
      const [row] = await db
        .insert(keyValue)
        .values({ key: `hit:${key}`, count: 1, expiresAt: inSeconds(windowSeconds) })
        .onConflictDoUpdate({
          target: keyValue.key,
          set: {
            count: sql`case when ${keyValue.expiresAt} <= now() then 1 else ${keyValue.count} + 1 end`,
            expiresAt: sql`case when ${keyValue.expiresAt} <= now() then excluded.expires_at else ${keyValue.expiresAt} end`,
          },
        })
        .returning({ count: keyValue.count, left: secondsLeft() });
      if (row?.count === 1) await clearExpired(db);
      // a hit that began a moment before the one that opened the window is not further from its end than the window is long
      const left = Math.min(windowSeconds, Math.max(1, row?.left ?? windowSeconds));
      return { count: row?.count ?? 0, resetsInSeconds: left };
    },
    async once(key, ttlSeconds) {
      const first = await db
        .insert(keyValue)
        .values({ key: `once:${key}`, count: 1, expiresAt: inSeconds(ttlSeconds) })
        .onConflictDoUpdate({
          target: keyValue.key,
          set: { expiresAt: sql`excluded.expires_at` },
          setWhere: sql`${keyValue.expiresAt} <= now()`,
        })
        .returning({ key: keyValue.key });
      return first.length > 0;
    },
    async ready() {
      await db.select({ key: keyValue.key }).from(keyValue).limit(1);
    },
  };
}

function inSeconds(seconds: number) {
  return sql`now() + make_interval(secs => ${seconds})`;
}

function secondsLeft() {
  return sql<number>`ceil(extract(epoch from ${keyValue.expiresAt} - now()))::int`;
}

async function clearExpired(db: Executor): Promise<void> {
  await db.execute(sql`
    delete from ${keyValue} where ${keyValue.key} in (
      select ${keyValue.key} from ${keyValue} where ${keyValue.expiresAt} <= now()
      limit ${CLEARED_AT_ONCE} for update skip locked
    )`);
}
