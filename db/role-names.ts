/** The roles beside the owner: of the web process, of the worker, and of who only reads figures and exports. */
export const ROLE_KINDS = ["web", "worker", "readonly"] as const;
export type RoleKind = (typeof ROLE_KINDS)[number];

/** How long one statement of a role may take, in milliseconds; set at the role itself. */
export const ROLE_STATEMENT_TIMEOUTS: Readonly<Record<RoleKind, number>> = {
  web: 5_000,
  worker: 600_000,
  readonly: 30_000,
};

/** Roles are of a whole cluster, so their names begin with that of the database. */
export function roleName(database: string, kind: RoleKind): string {
  return `${database}_${kind}`;
}

/** Which role of ours an address signs in as; `undefined` for an owner that does everything. */
export function roleOf(url: string): RoleKind | undefined {
  const { username = "", pathname = "" } = URL.parse(url) ?? {};
  const database = decodeURIComponent(pathname.slice(1));
  return ROLE_KINDS.find((kind) => decodeURIComponent(username) === roleName(database, kind));
}
