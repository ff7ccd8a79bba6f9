import { and, eq, lt } from "drizzle-orm";
import type { UploadRepository } from "#lib/ports/episodes.ts";
import type { Executor } from "./client.ts";
import { uploadGrant } from "./schema/episodes.ts";
import { isUuid } from "./uuid.ts";

/** Presigned uploads over PostgreSQL. */
export function uploadRepository(db: Executor): UploadRepository {
  return {
    async insert(grant) {
      await db.insert(uploadGrant).values(grant);
    },
    async lockByCapability(capabilityHash) {
      const [row] = await db
        .select()
        .from(uploadGrant)
        .where(eq(uploadGrant.capabilityHash, capabilityHash))
        .for("update");
      return row ?? null;
    },
    async lockByObjectKey(account, objectKey) {
      if (!isUuid(account)) return null;
      const [row] = await db
        .select()
        .from(uploadGrant)
        .where(and(eq(uploadGrant.account, account), eq(uploadGrant.objectKey, objectKey)))
        .for("update");
      return row ?? null;
    },
    async setBody(capabilityHash, body, sha256) {
      await db
        .update(uploadGrant)
        .set({ body, bodySha256: sha256 })
        .where(eq(uploadGrant.capabilityHash, capabilityHash));
    },
    async dropBody(capabilityHash) {
      await db.update(uploadGrant).set({ body: null }).where(eq(uploadGrant.capabilityHash, capabilityHash));
    },
    async removeExpired(now) {
      const rows = await db
        .delete(uploadGrant)
        .where(lt(uploadGrant.expiresAt, now))
        .returning({ capabilityHash: uploadGrant.capabilityHash });
      return rows.length;
    },
  };
}
