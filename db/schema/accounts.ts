import { sql } from "drizzle-orm";
import { boolean, check, index, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { ROLES, SCOPES } from "#lib/domain/access/policy.ts";
import { areAllOf, isOneOf, moment } from "./columns.ts";

/** People of this instance. E-mail addresses are kept in lower case. */
export const account = pgTable(
  "account",
  {
    id: uuid("id").primaryKey().default(sql`gen_random_uuid()`),
    email: text("email").notNull().unique(),
    name: text("name"),
    emailVerified: moment("email_verified"),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (t) => [check("account_email_lower", sql`${t.email} = lower(${t.email})`)],
);

export const accountRole = pgTable(
  "account_role",
  {
    accountId: uuid("account_id")
      .notNull()
      .references(() => account.id, { onDelete: "cascade" }),
    role: text("role", { enum: ROLES }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.role] }),
    check("account_role_known", isOneOf(t.role, ROLES)),
  ],
);

/** A sign-in elsewhere that stands for an account. The provider's own tokens are not kept: nothing here uses them. */
export const oauthAccount = pgTable(
  "oauth_account",
  {
    provider: text("provider").notNull(),
    providerAccountId: text("provider_account_id").notNull(),
    accountId: uuid("account_id")
      .notNull()
      .references(() => account.id, { onDelete: "cascade" }),
    type: text("type").notNull(),
  },
  (t) => [primaryKey({ columns: [t.provider, t.providerAccountId] })],
);

/** Browser sessions, by the SHA-256 of their token. */
export const session = pgTable(
  "session",
  {
    tokenHash: text("token_hash").primaryKey(),
    accountId: uuid("account_id")
      .notNull()
      .references(() => account.id, { onDelete: "cascade" }),
    expires: moment("expires").notNull(),
  },
  (t) => [index("session_account").on(t.accountId)],
);

/** Sign-in links that are on their way, by the digest that next-auth makes: SHA-256 of the token and the secret. */
export const verificationToken = pgTable(
  "verification_token",
  {
    identifier: text("identifier").notNull(),
    tokenHash: text("token_hash").notNull(),
    expires: moment("expires").notNull(),
  },
  (t) => [primaryKey({ columns: [t.identifier, t.tokenHash] })],
);

export const apiToken = pgTable(
  "api_token",
  {
    id: uuid("id").primaryKey(),
    userId: uuid("user_id")
      .notNull()
      .references(() => account.id),
    name: text("name").notNull(),
    hash: text("hash").notNull().unique(),
    scopes: text("scopes", { enum: SCOPES }).array().notNull(),
    shared: boolean("shared").notNull(),
    createdAt: moment("created_at").notNull(),
    expiresAt: moment("expires_at").notNull(),
    lastUsedAt: moment("last_used_at"),
    revokedAt: moment("revoked_at"),
  },
  (t) => [index("api_token_user").on(t.userId), check("api_token_scopes_known", areAllOf(t.scopes, SCOPES))],
);
