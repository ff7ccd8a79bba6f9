/** Roles of a person on an instance: the whole enum from the start (docs/GOVERNANCE.md). */
export const ROLES = [
  "contributor",
  "curator",
  "triage",
  "moderator",
  "lead",
  "release_manager",
  "admin",
  "auditor",
] as const;
export type Role = (typeof ROLES)[number];

/** What a token may be used for. A token never does more than its owner's roles allow. */
export const SCOPES = [
  "read",
  "episodes:write",
  "episodes:revoke",
  "collections:write",
  "moderation",
  "snapshots:build",
  "snapshots:publish",
  "admin",
] as const;
export type Scope = (typeof SCOPES)[number];

/** Who asks. `operator` is a person at the instance's own console. */
export type Actor =
  | { kind: "anonymous" }
  | { kind: "user"; userId: string; roles: readonly Role[]; via: "session" }
  | {
      kind: "user";
      userId: string;
      roles: readonly Role[];
      via: "token";
      tokenId: string;
      scopes: readonly Scope[];
      shared: boolean;
    }
  | { kind: "operator" };

export const ANONYMOUS: Actor = { kind: "anonymous" };
export const OPERATOR: Actor = { kind: "operator" };

/** `null`: everybody who has an account, whatever roles were taken away. */
type Rule = { roles: readonly Role[] | null; scope: Scope };

const STAFF = ["moderator", "lead"] as const;

/** What can be done, by which roles, and with which token scope. What stands in no row can't be done. */
const RULES = {
  // asked on a private instance alone, where an account without any role is outside
  "instance.read": { roles: ROLES, scope: "read" },
  "episode.upload": { roles: ["contributor"], scope: "episodes:write" },
  // withdrawing is a right, not a power: it stays with the owner of an upload (permanence.md 16)
  "episode.revoke": { roles: null, scope: "episodes:revoke" },
  "episode.own.read": { roles: null, scope: "read" },
  "token.manage": { roles: ["contributor"], scope: "admin" },
  "token.revoke": { roles: null, scope: "admin" },
  "queue.read": { roles: ["triage", ...STAFF], scope: "moderation" },
  "episode.claim": { roles: [...STAFF], scope: "moderation" },
  "episode.decide": { roles: [...STAFF], scope: "moderation" },
  "episode.hide": { roles: ["triage", ...STAFF], scope: "moderation" },
  "episode.take_down": { roles: [...STAFF], scope: "moderation" },
  "case.decide": { roles: [...STAFF], scope: "moderation" },
  "snapshot.build": { roles: ["release_manager"], scope: "snapshots:build" },
  "snapshot.publish": { roles: ["release_manager"], scope: "snapshots:publish" },
  "snapshot.register": { roles: ["contributor", "release_manager"], scope: "snapshots:publish" },
  "instance.pause": { roles: ["lead", "release_manager"], scope: "admin" },
  "instance.manage": { roles: [], scope: "admin" },
} as const satisfies Record<string, Rule>;

export type Action = keyof typeof RULES;

export type PolicyAnswer =
  | { ok: true }
  | { ok: false; code: "unauthenticated" | "forbidden" | "scope_missing" };

/** Default deny: the actor's roles must allow the action (an admin's always do), and a token's scopes must name it. */
export function can(actor: Actor, action: Action): PolicyAnswer {
  if (actor.kind === "operator") return { ok: true };
  if (actor.kind === "anonymous") return { ok: false, code: "unauthenticated" };
  const rule: Rule = RULES[action];
  const allowed =
    rule.roles === null ||
    actor.roles.includes("admin") ||
    rule.roles.some((role) => actor.roles.includes(role));
  if (!allowed) return { ok: false, code: "forbidden" };
  if (actor.via === "token" && !actor.scopes.includes(rule.scope))
    return { ok: false, code: "scope_missing" };
  return { ok: true };
}

/** Scopes that a route of the API takes today; a token can be given no other. */
const USED_SCOPES: readonly Scope[] = ["read", "episodes:write", "episodes:revoke", "snapshots:publish"];

/** The scopes that a person may give to a token: those in use whose actions the person's roles allow. */
export function grantableScopes(roles: readonly Role[]): Scope[] {
  const owner: Actor = { kind: "user", userId: "", roles, via: "session" };
  const actions = Object.keys(RULES) as Action[]; // the keys of a literal table
  return USED_SCOPES.filter((scope) =>
    actions.some((action) => RULES[action].scope === scope && can(owner, action).ok),
  );
}
