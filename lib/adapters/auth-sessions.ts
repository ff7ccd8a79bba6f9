import { createHash } from "node:crypto";
import { and, eq } from "drizzle-orm";
import type { Adapter, AdapterAccount, AdapterSession, AdapterUser } from "next-auth/adapters";
import type { DatabaseHandle } from "#db/client.ts";
import { account, accountRole, oauthAccount, session, verificationToken } from "#db/schema/accounts.ts";
import { AppError } from "#lib/domain/errors.ts";

type Db = DatabaseHandle["db"];
type Row = typeof account.$inferSelect;

/**
 * next-auth's adapter (v4) over our own tables. A session is stored by the SHA-256 of its token, so that a copy of the
 * database signs nobody in; a sign-in link arrives here as next-auth's own digest and is stored as that. Of a provider's
 * account only its number is kept.
 */
export function authSessions({ db }: Pick<DatabaseHandle, "db">): Adapter {
  return { ...users(db), ...sessions(db), ...links(db) };
}

type Users = "createUser" | "getUser" | "getUserByEmail" | "getUserByAccount" | "updateUser" | "linkAccount";

function users(db: Db): Required<Pick<Adapter, Users>> {
  const one = async (where: ReturnType<typeof eq>) => {
    const [row] = await db.select().from(account).where(where);
    return row ? toUser(row) : null;
  };
  return {
    createUser: (user: Omit<AdapterUser, "id">) =>
      db.transaction(async (tx) => {
        const values = {
          email: normalEmail(user.email),
          name: user.name ?? null,
          emailVerified: user.emailVerified,
        };
        const [row] = await tx.insert(account).values(values).returning();
        if (!row) throw new AppError("internal");
        await tx.insert(accountRole).values({ accountId: row.id, role: "contributor" });
        return toUser(row);
      }),
    getUser: (id) => one(eq(account.id, id)),
    getUserByEmail: (email) => one(eq(account.email, normalEmail(email))),
    async getUserByAccount({ provider, providerAccountId }) {
      const [row] = await db
        .select({ user: account })
        .from(oauthAccount)
        .innerJoin(account, eq(account.id, oauthAccount.accountId))
        .where(
          and(eq(oauthAccount.provider, provider), eq(oauthAccount.providerAccountId, providerAccountId)),
        );
      return row ? toUser(row.user) : null;
    },
    async updateUser(user) {
      const set = {
        ...(user.email && { email: normalEmail(user.email) }),
        ...(user.name !== undefined && { name: user.name }),
        ...(user.emailVerified !== undefined && { emailVerified: user.emailVerified }),
      };
      // next-auth also "updates" a user with nothing but the id
      if (Object.keys(set).length > 0) await db.update(account).set(set).where(eq(account.id, user.id));
      const [row] = await db.select().from(account).where(eq(account.id, user.id));
      if (!row) throw new AppError("not_found");
      return toUser(row);
    },
    async linkAccount({ userId, provider, providerAccountId, type }: AdapterAccount) {
      await db.insert(oauthAccount).values({ accountId: userId, provider, providerAccountId, type });
    },
  };
}

type Sessions = "createSession" | "getSessionAndUser" | "updateSession" | "deleteSession";

function sessions(db: Db): Required<Pick<Adapter, Sessions>> {
  return {
    async createSession({ sessionToken, userId, expires }) {
      await db.insert(session).values({ tokenHash: digest(sessionToken), accountId: userId, expires });
      return { sessionToken, userId, expires };
    },
    async getSessionAndUser(sessionToken) {
      const [row] = await db
        .select({ session, user: account })
        .from(session)
        .innerJoin(account, eq(account.id, session.accountId))
        .where(eq(session.tokenHash, digest(sessionToken)));
      return row ? { session: toSession(row.session, sessionToken), user: toUser(row.user) } : null;
    },
    async updateSession({ sessionToken, expires }) {
      if (!expires) return null;
      const [row] = await db
        .update(session)
        .set({ expires })
        .where(eq(session.tokenHash, digest(sessionToken)))
        .returning();
      return row ? toSession(row, sessionToken) : null;
    },
    async deleteSession(sessionToken) {
      await db.delete(session).where(eq(session.tokenHash, digest(sessionToken)));
    },
  };
}

function links(db: Db): Required<Pick<Adapter, "createVerificationToken" | "useVerificationToken">> {
  return {
    async createVerificationToken({ identifier, token, expires }) {
      await db
        .insert(verificationToken)
        .values({ identifier: normalEmail(identifier), tokenHash: token, expires });
      return { identifier, token, expires };
    },
    async useVerificationToken({ identifier, token }) {
      // deleting is using: of two at once, one gets the row
      const [row] = await db
        .delete(verificationToken)
        .where(
          and(
            eq(verificationToken.identifier, normalEmail(identifier)),
            eq(verificationToken.tokenHash, token),
          ),
        )
        .returning();
      return row ? { identifier: row.identifier, token, expires: row.expires } : null;
    },
  };
}

function toUser({ id, email, name, emailVerified }: Row): AdapterUser {
  return { id, email, name, emailVerified };
}

function toSession(row: typeof session.$inferSelect, sessionToken: string): AdapterSession {
  return { sessionToken, userId: row.accountId, expires: row.expires };
}

/** A provider may know no address; nobody can be told of a revocation then, so there is no account without one. */
function normalEmail(email: string | null | undefined): string {
  const address = email?.trim().toLowerCase();
  if (!address) throw new AppError("input_invalid", { detail: "The sign-in gave no e-mail address." });
  return address;
}

function digest(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
