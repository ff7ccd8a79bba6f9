import { and, asc, eq, isNull, lt, or } from "drizzle-orm";
import type { ApiToken, TokenRepository } from "#lib/ports/accounts.ts";
import type { Executor } from "./client.ts";
import { apiToken } from "./schema/accounts.ts";
import { isUuid } from "./uuid.ts";

/** API tokens over PostgreSQL, found by the hash of their secret. */
export function tokenRepository(db: Executor): TokenRepository {
  return {
    async insert(token) {
      await db.insert(apiToken).values(token);
    },
    async byHash(hash) {
      const [row] = await db.select().from(apiToken).where(eq(apiToken.hash, hash));
      return row ? toToken(row) : null;
    },
    async listOf(userId) {
      if (!isUuid(userId)) return [];
      const rows = await db
        .select()
        .from(apiToken)
        .where(eq(apiToken.userId, userId))
        .orderBy(asc(apiToken.createdAt), asc(apiToken.id));
      return rows.map(toToken);
    },
    async revoke(id, at) {
      if (!isUuid(id)) return false;
      const rows = await db
        .update(apiToken)
        .set({ revokedAt: at })
        .where(and(eq(apiToken.id, id), isNull(apiToken.revokedAt)))
        .returning({ id: apiToken.id });
      return rows.length > 0;
    },
    async touch(id, at) {
      if (!isUuid(id)) return;
      await db
        .update(apiToken)
        .set({ lastUsedAt: at })
        .where(and(eq(apiToken.id, id), or(isNull(apiToken.lastUsedAt), lt(apiToken.lastUsedAt, at))));
    },
  };
}

function toToken({ hash: _hash, ...token }: typeof apiToken.$inferSelect): ApiToken {
  return token;
}
