import { GENESIS } from "#lib/domain/permanence/entries.ts";
import type { InstanceRepository, InstanceState } from "#lib/ports/store.ts";
import type { Executor } from "./client.ts";
import { instance } from "./schema/instance.ts";

/** The instance's one row over PostgreSQL; without it, an instance that has just been made. */
export function instanceRepository(db: Executor): InstanceRepository {
  return {
    async read() {
      const [row] = await db.select().from(instance);
      return {
        paused: row?.paused ?? false,
        permanenceHead: { seq: row?.permanenceSeq ?? GENESIS.seq, hash: row?.permanenceHash ?? GENESIS.hash },
        permanenceGap: row?.permanenceGap ?? false,
        rulesVersion: row?.rulesVersion ?? null,
        rescanApproved: row?.rescanApproved ?? null,
        instanceId: row?.instanceId ?? null,
      };
    },
    async write(change) {
      const set = columnsOf(change);
      if (Object.keys(set).length === 0) return;
      await db
        .insert(instance)
        .values({ id: 1, ...set })
        .onConflictDoUpdate({ target: instance.id, set });
    },
  };
}

function columnsOf(change: Partial<InstanceState>): Partial<typeof instance.$inferInsert> {
  const { paused, permanenceHead, permanenceGap, rulesVersion, rescanApproved, instanceId } = change;
  return {
    ...(paused !== undefined && { paused }),
    ...(permanenceHead && { permanenceSeq: permanenceHead.seq, permanenceHash: permanenceHead.hash }),
    ...(permanenceGap !== undefined && { permanenceGap }),
    ...(rulesVersion !== undefined && { rulesVersion }),
    ...(rescanApproved !== undefined && { rescanApproved }),
    ...(instanceId !== undefined && { instanceId }),
  };
}
