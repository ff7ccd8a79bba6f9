import { and, eq, lt } from "drizzle-orm";
import type { UploadGrant, UploadRepository } from "#lib/ports/episodes.ts";
import type { Executor } from "./client.ts";
import { uploadGrant } from "./schema/episodes.ts";
import { isUuid } from "./uuid.ts";

/** Presigned uploads over PostgreSQL. */
export function uploadRepository(db: Executor): UploadRepository {
  return {
    async insert({ announced, ...grant }) {
      await db.insert(uploadGrant).values({
        ...grant,
        announcedBytes: announced?.bytes ?? null,
        announcedSha256: announced?.sha256 ?? null,
      });
    },
    async lockByCapability(capabilityHash) {
      const [row] = await db
        .select()
        .from(uploadGrant)
        .where(eq(uploadGrant.capabilityHash, capabilityHash))
        .for("update");
      return row ? grantOf(row) : null;
    },
    async lockByObjectKey(account, objectKey) {
      if (!isUuid(account)) return null;
      const [row] = await db
        .select()
        .from(uploadGrant)
        .where(and(eq(uploadGrant.account, account), eq(uploadGrant.objectKey, objectKey)))
        .for("update");
      return row ? grantOf(row) : null;
    },
    async setBody(capabilityHash, body, sha256) {
      await db
        .update(uploadGrant)
        .set({ body, bodySha256: sha256 })
        .where(eq(uploadGrant.capabilityHash, capabilityHash));
    },
    async finish(capabilityHash, { bodySha256, accepted }) {
      // of two that complete at the same time the refused one must not undo the other
      await db
        .update(uploadGrant)
        .set({ body: null, bodySha256, accepted })
        .where(and(eq(uploadGrant.capabilityHash, capabilityHash), eq(uploadGrant.accepted, false)));
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

function grantOf({ announcedBytes, announcedSha256, ...row }: typeof uploadGrant.$inferSelect): UploadGrant {
  const announced =
    announcedBytes === null || announcedSha256 === null
      ? null
      : { bytes: announcedBytes, sha256: announcedSha256 };
  return { ...row, announced };
}
