import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseFacts, DatabaseTools } from "#lib/maintenance.ts";
import { fail, type Finding, ok, spanOf, warn, wordsOf } from "./finding.ts";

/** What the platform is written and tested against. */
const MAJOR = 18;
const SKEW_WARN_MS = 5_000;
const SKEW_FAIL_MS = 60_000;
const KEPT_DAYS = 35;
const DAY_MS = 86_400_000;

/** What drivers and servers call a connection that fails, in words. */
const WORDS: readonly [RegExp, string, string][] = [
  [
    /ECONNREFUSED/,
    "nothing listens at the address of the database",
    "start PostgreSQL, or correct DATABASE_URL",
  ],
  [/ENOTFOUND|EAI_AGAIN/, "the database's host has no address", "correct the host in DATABASE_URL"],
  [
    /TIMEOUT|ETIMEDOUT|EHOSTUNREACH/,
    "the database does not answer",
    "check the network and the firewall between",
  ],
  [/28P01|28000/, "the database refuses user or password", "correct user and password in DATABASE_URL"],
  [
    /3D000/,
    "the server has no database of that name",
    "make it (`create database …`), or correct DATABASE_URL",
  ],
  [/53300/, "the server has no connection left", "raise max_connections, or end what holds them"],
  [/57P03/, "the server is starting or stopping", "wait, and run this again"],
];

/** Has this data folder an embedded database? Nothing is made by looking. */
export function hasEmbeddedDatabase(dataDir: string): boolean {
  return existsSync(join(dataDir, "postgres", "PG_VERSION"));
}

/** The finding for a database that can't be asked. */
export function databaseDown(error: unknown): Finding {
  const words = wordsOf(error);
  const known = WORDS.find(([pattern]) => pattern.test(words));
  if (known) return fail("database", known[1], known[2]);
  return fail("database", words, "what needs the database was not checked; mend this first");
}

/** Version, schema, clock and durability of a database that answers. */
export function checkDatabase(facts: DatabaseFacts, now: Date): Finding[] {
  const { major, durable } = facts;
  return [
    ok("database", "the database answers"),
    major >= MAJOR
      ? ok("database_version", `PostgreSQL ${major}`)
      : warn("database_version", `PostgreSQL ${major}`, `use ${MAJOR} or newer: nothing older was tried`),
    checkSchema(facts),
    skew("clock_database", "the database", facts.now.getTime() - now.getTime()),
    durable
      ? ok("database_durable", "the database waits for the disk")
      : fail(
          "database_durable",
          "fsync is off in the database",
          "switch it on: what was answered may be lost",
        ),
  ];
}

function checkSchema({ schema, programSchema }: DatabaseFacts): Finding {
  if (schema === programSchema) return ok("schema", `the database has this version's schema (${schema})`);
  if (schema === 0) return warn("schema", "the database is new", "`npm start` makes it ready");
  const said = `the database has the schema ${schema} and this version works with ${programSchema}`;
  return schema < programSchema
    ? fail("schema", said, "run `npm run admin -- upgrade`")
    : fail("schema", said, "start the newer version, or go back: `npm run admin -- rollback --in FOLDER`");
}

function skew(code: string, who: string, milliseconds: number): Finding {
  const span = spanOf(milliseconds);
  const said = `the clock of ${who} is ${span} ${milliseconds < 0 ? "behind" : "ahead of"} this machine's`;
  if (Math.abs(milliseconds) < SKEW_WARN_MS) return ok(code, `the clocks of ${who} and this machine agree`);
  const todo = "let both be set by NTP (`timedatectl set-ntp true`)";
  return Math.abs(milliseconds) > SKEW_FAIL_MS ? fail(code, said, todo) : warn(code, said, todo);
}

/** Data that rollbacks have set aside still hold what was withdrawn since. */
export async function checkKept(database: DatabaseTools, now: Date): Promise<Finding[]> {
  const kept = await database.kept();
  if (kept.length === 0) return [];
  const oldest = momentOf(kept[0]?.label ?? "");
  const said = `data from before ${kept.length === 1 ? "a rollback is" : `${kept.length} rollbacks are`} still in the database`;
  const todo = "delete them when you are sure: `npm run admin -- rollback --drop-kept`";
  const overdue = now.getTime() - oldest > KEPT_DAYS * DAY_MS;
  return [
    overdue
      ? fail("kept_data", `${said}, longer than ${KEPT_DAYS} days`, todo)
      : warn("kept_data", said, todo),
  ];
}

function momentOf(label: string): number {
  return Date.parse(label.replace(/^(....)(..)(..)(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6Z"));
}
