import type postgres from "postgres";

/** What the platform's data lie in: its own tables, the note of migrations, and the job queue. */
const SCHEMAS = ["public", "drizzle", "pgboss"] as const;
const KEPT = /^before_([0-9]{14})_(public|drizzle|pgboss)$/;

/** A database's data as they were before a rollback, under another name in the same database. */
export type KeptData = { label: string; schemas: string[] };

/**
 * Moves everything aside by renaming, at once or not at all, and leaves an empty `public`. The label is the moment, as
 * YYYYMMDDhhmmss. Answers the new names.
 */
export async function setAside(sql: postgres.Sql, label: string): Promise<string[]> {
  if (!/^[0-9]{14}$/.test(label)) throw new Error("a label is fourteen digits");
  return sql.begin(async (tx) => {
    const there = await schemasIn(tx);
    const names: string[] = [];
    for (const schema of SCHEMAS.filter((name) => there.includes(name))) {
      const name = `before_${label}_${schema}`;
      // names of our own, and digits
      await tx.unsafe(`alter schema ${schema} rename to ${name}`);
      await keepForOwner(tx, name);
      names.push(name);
    }
    await tx.unsafe("create schema public");
    return names;
  });
}

/** Rights go with a renamed schema: the roles of web, worker and readers must not reach what may be withdrawn in the meantime. */
async function keepForOwner(tx: postgres.TransactionSql, schema: string): Promise<void> {
  const others = await tx<{ role: string }[]>`
    select distinct case when acl.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end as role
    from pg_namespace, aclexplode(nspacl) as acl where nspname = ${schema} and acl.grantee <> nspowner`;
  for (const { role } of others) await tx.unsafe(`revoke all on schema ${schema} from ${role}`);
}

/** What rollbacks have left, oldest first. */
export async function keptData(sql: postgres.Sql): Promise<KeptData[]> {
  const kept = new Map<string, string[]>();
  for (const name of (await schemasIn(sql)).sort()) {
    const label = KEPT.exec(name)?.[1];
    if (label) kept.set(label, [...(kept.get(label) ?? []), name]);
  }
  return [...kept].map(([label, schemas]) => ({ label, schemas }));
}

/** Deletes what rollbacks have left, for good. Answers how many there were. */
export async function dropKept(sql: postgres.Sql): Promise<number> {
  const kept = await keptData(sql);
  for (const name of kept.flatMap(({ schemas }) => schemas)) {
    await sql.unsafe(`drop schema ${name} cascade`);
  }
  return kept.length;
}

async function schemasIn(sql: Pick<postgres.Sql, "unsafe">): Promise<string[]> {
  const rows = await sql.unsafe<{ name: string }[]>("select nspname as name from pg_namespace");
  return rows.map(({ name }) => name);
}
