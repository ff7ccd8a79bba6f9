import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CliFailure, machineFailure, systemCode } from "./failure.ts";
import { makeFolder } from "./make-folder.ts";
import { shownPath } from "#cli/run/file-names.ts";

/** The contributor's local state, one SQLite file beside the older client's `state.sqlite`, which is never touched. */
export type State = { database: DatabaseSync; close(): void };

const FILE = "platform.sqlite";

/** Append-only consents; what was sent where; what was withdrawn where. Episodes and their text are never kept. */
const FIRST = `
  create table contributor (
    only integer primary key check (only = 1),
    salt text not null,
    slot_key text not null,
    created_at text not null
  ) strict;
  create table consent (
    seq integer primary key,
    version text not null,
    text_sha256 text not null,
    license text not null,
    accepted_at text not null
  ) strict;
  create table upload (
    platform text not null,
    content_hash text not null,
    episode_id text not null,
    public_id text,
    slot text not null,
    source text not null,
    answer text not null check (answer in ('stored', 'withdrawn')),
    at text not null,
    primary key (platform, content_hash)
  ) strict;
  create index upload_by_id on upload (episode_id);
  create table revocation (
    platform text not null,
    episode_id text not null,
    reason text,
    requested_at text not null,
    answer text not null check (answer in ('none', 'confirmed', 'not_found')),
    effective_at text,
    answered_at text,
    primary key (platform, episode_id)
  ) strict;
`;

/** What the contributor decided: for projects, and in the review. Acceptances bind to the content hash, rejections to the slot. */
const DECISIONS = `
  create table project (
    project text primary key,
    decision text not null check (decision in ('allow', 'deny')),
    visibility text not null check (visibility in ('public', 'private', 'unknown')),
    license text,
    disclosure text not null check (disclosure in ('summary', 'raw')),
    decided_at text not null
  ) strict;
  create table accepted (
    content_hash text primary key,
    slot text not null,
    at text not null
  ) strict;
  create table rejected (
    slot text primary key,
    at text not null
  ) strict;
`;

/**
 * What was read before, so that it need not be read again (docs/decisions/0012-what-was-read.md), and what each upload told but for
 * the name of the scanner. Keyed digests, counts and folders; no text of a session.
 */
const READINGS = `
  create table reading (
    unit text primary key,
    source text not null,
    mark text not null,
    found text not null
  ) strict;
  create table told (
    platform text not null,
    content_hash text not null,
    told text not null,
    primary key (platform, content_hash)
  ) strict;
`;

/** One step for each version, in order. A step may only add tables: a state of before is read without them (`readState`). */
const STEPS = [FIRST, DECISIONS, READINGS];
const SCHEMA_VERSION = STEPS.length;

/** Opens the state for writing and makes it on first use: folder 0700, file 0600. */
export function openState(home: string): State {
  try {
    makeFolder(home);
    const path = join(home, FILE);
    const isNew = !existsSync(path);
    const database = new DatabaseSync(path, { timeout: 5_000 });
    if (isNew) chmodSync(path, 0o600);
    migrate(database);
    return { database, close: () => database.close() };
  } catch (error) {
    throw explain(error, home);
  }
}

/** Opens the state for reading alone; undefined if there is none yet. Nothing is made or changed. */
export function readState(home: string): State | undefined {
  const path = join(home, FILE);
  if (!existsSync(path)) return undefined;
  try {
    if (existsSync(`${path}-journal`)) rollBack(path);
    const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
    const version = versionOf(database);
    if (version > 0 && version <= SCHEMA_VERSION) {
      // tables that a state of before lacks are empty, in memory alone: reading changes nothing
      database.exec("pragma temp_store = memory");
      for (const step of STEPS.slice(version)) {
        database.exec(step.replaceAll("create table ", "create temp table "));
      }
      return { database, close: () => database.close() };
    }
    database.close();
    // a first start that was cut off leaves an empty file
    if (version === 0) return undefined;
    throw newerState();
  } catch (error) {
    throw explain(error, home);
  }
}

/** Takes back what a killed process had half written: whoever may only read can't, and could never read again. */
function rollBack(path: string): void {
  const database = new DatabaseSync(path, { timeout: 5_000 });
  // SQLite does it before the first reading
  versionOf(database);
  database.close();
}

function migrate(database: DatabaseSync): void {
  database.exec("begin immediate");
  const version = versionOf(database);
  for (const step of STEPS.slice(version)) database.exec(step);
  if (version < SCHEMA_VERSION) database.exec(`pragma user_version = ${SCHEMA_VERSION}`);
  database.exec("commit");
  if (version > SCHEMA_VERSION) throw newerState();
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("pragma user_version").get()?.["user_version"]);
}

function newerState(): CliFailure {
  return machineFailure("state_newer", "The local state was written by a newer trace-share.", {
    nextSteps: ["use that version, or set TRACE_SHARE_HOME to another folder"],
  });
}

function explain(error: unknown, home: string): unknown {
  if (error instanceof CliFailure) return error;
  const code = systemCode(error) ?? "unknown";
  return machineFailure("state_unusable", `The local state in ${shownPath(home)} can't be used (${code}).`, {
    nextSteps: ["set TRACE_SHARE_HOME to a folder that you may write to"],
    cause: error,
  });
}
