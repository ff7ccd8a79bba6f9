import postgres from "postgres";
import { AppError } from "#lib/domain/errors.ts";
import { appErrorOf } from "./errors.ts";
import { ROLE_KINDS, ROLE_STATEMENT_TIMEOUTS, type RoleKind, roleName } from "./role-names.ts";
import { scramVerifier } from "./scram-verifier.ts";

/** Rows that may go for good: counters, sessions, staged copies, search documents. Every other table only grows or changes. */
export const DELETABLE = [
  "account_role",
  "episode_staging",
  "finding",
  "key_value",
  "search_document",
  "search_facet_count",
  "session",
  "snapshot_file",
  "upload_grant",
  "verification_token",
];
/** What a reader of figures and exports has no business with: hashes of secrets, people's addresses, bodies that nobody has seen. */
const HIDDEN_FROM_READERS = [
  "account",
  "api_token",
  "episode_staging",
  "finding",
  "key_value",
  "oauth_account",
  "session",
  "upload_grant",
  "verification_token",
];
/** Of any program that changes roles; the number of `migrate` is another. */
const LOCK = 7_274_362;

/**
 * Makes the roles of a database, or gives them what this schema needs; to be run by its owner after `migrate` and `prepareJobs`.
 * Without passwords only roles that are there are given their rights. Web and worker may not change tables, nor change or delete what
 * the `append_only` trigger protects. Throws `configuration_invalid` if the owner may not make roles.
 */
export async function prepareRoles(
  url: string,
  passwords: Readonly<Record<RoleKind, string>> | undefined,
): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: 10, onnotice: () => {} });
  try {
    await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(${LOCK}::bigint)`;
      const [row] = await tx<{ name: string }[]>`select current_database() as name`;
      const database = row?.name ?? "";
      for (const kind of ROLE_KINDS) {
        const role = roleName(database, kind);
        if (passwords) await putRole(tx, role, passwords[kind]);
        else if (!(await isThere(tx, role))) continue;
        await tx.unsafe(statementsFor({ database, role, kind, tables: await tablesOf(tx) }).join(";\n"));
      }
    });
  } catch (error) {
    throw appErrorOf(error);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function isThere(tx: postgres.TransactionSql, role: string): Promise<boolean> {
  const found = await tx<
    { super: boolean }[]
  >`select rolsuper as super from pg_roles where rolname = ${role}`;
  if (found[0]?.super)
    throw new AppError("configuration_invalid", {
      detail: `The database role ${role} may do everything: take SUPERUSER from it, or drop it.`,
    });
  return found.length > 0;
}

/** The password goes over as a verifier, so that no log of statements ever holds it. */
async function putRole(tx: postgres.TransactionSql, role: string, password: string): Promise<void> {
  const verb = (await isThere(tx, role)) ? "ALTER" : "CREATE";
  const statement = `${verb} ROLE ${quoted(role)} LOGIN PASSWORD '${await scramVerifier(password)}'`;
  await tx.unsafe(statement).catch((cause: unknown) => {
    if (cause instanceof postgres.PostgresError && cause.code === "42501")
      throw new AppError("configuration_invalid", {
        detail: `The user of DATABASE_URL may not make the role ${role}: give it CREATEROLE, or leave out the passwords of the roles.`,
        cause,
      });
    throw cause;
  });
}

type Table = { schema: string; name: string; appendOnly: boolean };

async function tablesOf(tx: postgres.TransactionSql): Promise<Table[]> {
  return tx<Table[]>`
    select n.nspname as schema, c.relname as name,
      exists (select 1 from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'append_only') as "appendOnly"
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'pgboss') and c.relkind in ('r', 'p') order by 1, 2`;
}

type Grants = { database: string; role: string; kind: RoleKind; tables: readonly Table[] };

/** Taken away first and then given, so that a right that this version does not give any more is gone. */
function statementsFor({ database, role, kind, tables }: Grants): string[] {
  const to = quoted(role);
  const schemas = kind === "readonly" ? "public, drizzle" : "public, drizzle, pgboss";
  return [
    `REVOKE ALL ON DATABASE ${quoted(database)} FROM PUBLIC`,
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    `GRANT CONNECT ON DATABASE ${quoted(database)} TO ${to}`,
    `ALTER ROLE ${to} SET statement_timeout = ${ROLE_STATEMENT_TIMEOUTS[kind]}`,
    `REVOKE ALL ON ALL TABLES IN SCHEMA public, drizzle, pgboss FROM ${to}`,
    `GRANT USAGE ON SCHEMA ${schemas} TO ${to}`,
    `GRANT SELECT ON ALL TABLES IN SCHEMA drizzle TO ${to}`,
    ...(kind === "readonly" ? [] : [`GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ${to}`]),
    ...tables.flatMap((table) => {
      const rights = rightsOn(table, kind);
      return rights === ""
        ? []
        : [`GRANT ${rights} ON ${quoted(table.schema)}.${quoted(table.name)} TO ${to}`];
    }),
  ];
}

function rightsOn({ schema, name, appendOnly }: Table, kind: RoleKind): string {
  if (kind === "readonly") return schema === "public" && !HIDDEN_FROM_READERS.includes(name) ? "SELECT" : "";
  if (schema === "pgboss")
    return kind === "worker" ? "SELECT, INSERT, UPDATE, DELETE" : "SELECT, INSERT, UPDATE";
  if (appendOnly) return "SELECT, INSERT";
  return DELETABLE.includes(name) ? "SELECT, INSERT, UPDATE, DELETE" : "SELECT, INSERT, UPDATE";
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
