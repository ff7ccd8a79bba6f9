import { createHash } from "node:crypto";
import { ROLE_KINDS, type RoleKind, roleName } from "#db/role-names.ts";
import { prepareRoles } from "#db/roles.ts";

/** Makes the roles of a test's database, and answers each one's address; the same ones for the same salt. */
export async function roleUrls(url: string, salt = "first"): Promise<Record<RoleKind, string>> {
  const password = (kind: RoleKind) =>
    createHash("sha256").update(`${salt}|${kind}|${url}`).digest("base64url");
  const passwords = { web: password("web"), worker: password("worker"), readonly: password("readonly") };
  await prepareRoles(url, passwords);
  const addressOf = (kind: RoleKind) => {
    const address = new URL(url);
    address.username = roleName(address.pathname.slice(1), kind);
    address.password = passwords[kind];
    return address.href;
  };
  // one entry for each kind
  return Object.fromEntries(ROLE_KINDS.map((kind) => [kind, addressOf(kind)])) as Record<RoleKind, string>;
}
