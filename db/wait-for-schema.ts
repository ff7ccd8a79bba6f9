import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "#lib/domain/errors.ts";
import { connect } from "./client.ts";
import { appErrorOf } from "./errors.ts";
import { PROGRAM_SCHEMA, schemaVersion } from "./schema-version.ts";

export type SchemaWait = {
  /** How long a database may be late, in milliseconds. */
  withinMs: number;
  /** Told once for each reason to wait. */
  onWait(line: string): void;
  signal?: AbortSignal | undefined;
};

const PAUSE_MS = 500;

/**
 * Resolves when the database has the schema of this program; it never changes one. A database that is late, empty or older is waited
 * for: `migrate` may be on its way. Throws `unavailable` when the time is over, and `configuration_invalid` at once for a newer schema.
 */
export async function waitForSchema(url: string, { withinMs, onWait, signal }: SchemaWait): Promise<void> {
  const deadline = performance.now() + withinMs;
  let said: string | undefined;
  for (;;) {
    const reason = await reasonToWait(url);
    if (reason === undefined) return;
    if (performance.now() > deadline)
      throw new AppError("unavailable", { detail: `Gave up waiting: ${reason}` });
    if (reason !== said) onWait(`waiting: ${reason}`);
    said = reason;
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

async function reasonToWait(url: string): Promise<string | undefined> {
  const found = await schemaAt(url);
  if (typeof found === "string") return found;
  if (found === PROGRAM_SCHEMA) return undefined;
  if (found < PROGRAM_SCHEMA)
    return `the database has schema ${found} and this program needs ${PROGRAM_SCHEMA}: run \`npm run admin -- migrate\`.`;
  throw new AppError("configuration_invalid", {
    detail: `The database has schema ${found}, which is newer than this program's ${PROGRAM_SCHEMA}: start the newer version, or restore a backup that fits this one.`,
  });
}

/** The schema of the database, or why nobody knows. */
async function schemaAt(url: string): Promise<number | string> {
  const database = connect(url, { max: 1 });
  try {
    return await schemaVersion(database.db);
  } catch (error) {
    return `the database can't be asked${codeOf(error)}. Check DATABASE_URL if this does not end.`;
  } finally {
    await database.close();
  }
}

/** The system's or PostgreSQL's own code: it names no value. */
function codeOf(error: unknown): string {
  const translated = appErrorOf(error);
  const cause = translated instanceof AppError ? translated.cause : translated;
  const said = cause instanceof Error ? cause.message : "";
  return (
    /^(?:database connection: |SQLSTATE )[A-Z0-9_]+/
      .exec(said)?.[0]
      .replace(/^.*[: ]/, " (")
      .concat(")") ?? ""
  );
}
