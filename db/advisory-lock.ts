import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Executor } from "./client.ts";

/** Waits for a lock by name and key that the transaction holds until it ends. */
export async function advisoryLock(tx: Executor, name: string, key = ""): Promise<void> {
  const number = createHash("sha256").update(`trace-share|${name}|${key}`).digest().readBigInt64BE();
  await tx.execute(sql`select pg_advisory_xact_lock(${number.toString()}::bigint)`);
}
