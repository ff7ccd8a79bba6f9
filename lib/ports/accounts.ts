import type { Role, Scope } from "#lib/domain/access/policy.ts";

export type User = { id: string; email: string; name: string | null; createdAt: Date; roles: Role[] };

export interface AccountRepository {
  /** The user of an e-mail address (compared in lower case), made with the role `contributor` if missing. */
  ensure(email: string): Promise<User>;
  byEmail(email: string): Promise<User | null>;
  byId(id: string): Promise<User | null>;
  grantRole(userId: string, role: Role): Promise<void>;
  revokeRole(userId: string, role: Role): Promise<void>;
  revokeSessions(userId: string): Promise<void>;
  /** Ends every session and every sign-in link that waits; answers the accounts that had sessions. */
  revokeAllSessions(): Promise<string[]>;
  /** Stores a one-time sign-in token by its digest, in the form that the session adapter looks for. */
  insertSignInToken(token: { email: string; digest: string; expiresAt: Date }): Promise<void>;
  count(): Promise<number>;
  /** How many people hold at least one of the roles: the two-person rule depends on it. */
  countWithAnyRole(roles: readonly Role[]): Promise<number>;
}

export type ApiToken = {
  id: string;
  userId: string;
  name: string;
  scopes: Scope[];
  shared: boolean;
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
};

export interface TokenRepository {
  insert(token: ApiToken & { hash: string }): Promise<void>;
  byHash(hash: string): Promise<ApiToken | null>;
  listOf(userId: string): Promise<ApiToken[]>;
  revoke(id: string, at: Date): Promise<boolean>;
  touch(id: string, at: Date): Promise<void>;
}
