import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { inject } from "vitest";
import { ROLE_KINDS, roleName } from "#db/role-names.ts";

/** A database of one test's own. */
export type TestDatabase = {
  url: string;
  /** Ends every connection to the database and removes it. */
  drop(): Promise<void>;
};

/** What e2e/support/vitest-database.ts answers: an administrator's address and the name of a migrated template. */
type TestServer = { url: string; template: string };

/**
 * A fresh, migrated database on the embedded PostgreSQL that the whole test run shares. The server starts with the first
 * call of the run; a copy of the template takes some ten milliseconds.
 */
export async function testDatabase(): Promise<TestDatabase> {
  return newDatabase((await testServer()).template);
}

/** A fresh database that nothing has migrated yet. */
export function emptyDatabase(): Promise<TestDatabase> {
  return newDatabase("template0");
}

async function newDatabase(template: string): Promise<TestDatabase> {
  const { url } = await testServer();
  const name = `test_${randomBytes(8).toString("hex")}`;
  await runSql(url, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const address = new URL(url);
  address.pathname = `/${name}`;
  return { url: address.href, drop: () => drop(url, name) };
}

/** The roles are the cluster's, and go only after what they have rights in. */
async function drop(url: string, name: string): Promise<void> {
  await runSql(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  const roles = ROLE_KINDS.map((kind) => roleName(name, kind));
  await runSql(url, `DROP ROLE IF EXISTS ${roles.join(", ")}`);
}

async function testServer(): Promise<TestServer> {
  const response = await fetch(inject("testDatabaseServer"));
  const body = await response.text();
  if (!response.ok) throw new Error(`the test database did not start: ${body}`);
  // Written by our own global setup in this very run.
  return JSON.parse(body) as TestServer;
}

async function runSql(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
