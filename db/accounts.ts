import { and, count, countDistinct, eq, inArray } from "drizzle-orm";
import { ROLES, type Role } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { AccountRepository, User } from "#lib/ports/accounts.ts";
import type { Executor } from "./client.ts";
import { account, accountRole, session, verificationToken } from "./schema/accounts.ts";
import { isUuid } from "./uuid.ts";

/** Accounts, roles and sessions over PostgreSQL. */
export function accountRepository(db: Executor): AccountRepository {
  return {
    async ensure(email) {
      const address = normalEmail(email);
      const user = await find(db, { email: address });
      if (user) return user;
      const [made] = await db
        .insert(account)
        .values({ email: address })
        .onConflictDoNothing()
        .returning({ id: account.id });
      // nobody else gives the first role: whoever lost the race finds the winner's row
      if (made) await db.insert(accountRole).values({ accountId: made.id, role: "contributor" });
      const found = await find(db, { email: address });
      if (!found) throw new AppError("internal");
      return found;
    },
    byEmail: (email) => find(db, { email: normalEmail(email) }),
    byId: (id) => find(db, { id }),
    async grantRole(userId, role) {
      await db.insert(accountRole).values({ accountId: userId, role }).onConflictDoNothing();
    },
    async revokeRole(userId, role) {
      if (!isUuid(userId)) return;
      await db.delete(accountRole).where(and(eq(accountRole.accountId, userId), eq(accountRole.role, role)));
    },
    async revokeSessions(userId) {
      if (isUuid(userId)) await db.delete(session).where(eq(session.accountId, userId));
    },
    async revokeAllSessions() {
      await db.delete(verificationToken);
      const ended = await db.delete(session).returning({ account: session.accountId });
      return [...new Set(ended.map(({ account: id }) => id))].sort();
    },
    async insertSignInToken({ email, digest, expiresAt }) {
      await db
        .insert(verificationToken)
        .values({ identifier: normalEmail(email), tokenHash: digest, expires: expiresAt });
    },
    countWithAnyRole: (roles) => countHolders(db, roles),
    async count() {
      const [row] = await db.select({ value: count() }).from(account);
      return row?.value ?? 0;
    },
  };
}

async function find(db: Executor, by: { id: string } | { email: string }): Promise<User | null> {
  if ("id" in by && !isUuid(by.id)) return null;
  const rows = await db
    .select({ user: account, role: accountRole.role })
    .from(account)
    .leftJoin(accountRole, eq(accountRole.accountId, account.id))
    .where("id" in by ? eq(account.id, by.id) : eq(account.email, by.email));
  const [first] = rows;
  if (!first) return null;
  const { id, email, name, createdAt } = first.user;
  const held = new Set(rows.map((row) => row.role));
  return { id, email, name, createdAt, roles: ROLES.filter((role) => held.has(role)) };
}

async function countHolders(db: Executor, roles: readonly Role[]): Promise<number> {
  const [row] = await db
    .select({ value: countDistinct(accountRole.accountId) })
    .from(accountRole)
    .where(inArray(accountRole.role, [...roles]));
  return row?.value ?? 0;
}

function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}
