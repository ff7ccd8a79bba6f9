import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { type Config, type Environment, loadConfig } from "#lib/config.ts";
import { reachProblem } from "#workers/data-folder.ts";

/** What a demo may be told; everything else is as embedded defaults have it. */
const HEEDED = ["PORT", "HOST", "PUBLIC_URL", "INSTANCE_NAME"] as const;

const DEFAULT_FOLDER = "./data-demo";

/**
 * The settings of the demo: a data folder and a database of its own, and no review before release. A DATABASE_URL that
 * happens to be set is an instance in real use, so it is left alone.
 */
export function demoSettings(env: Environment): { config: Config; notes: string[] } {
  const heeded = Object.fromEntries(HEEDED.map((name) => [name, env[name]]));
  const { dataDir, note } = chooseFolder(env["DATA_DIR"] || undefined);
  const config = loadConfig({ ...heeded, DATA_DIR: dataDir, RELEASE_POLICY: "auto" });
  const notes = note ? [note] : [];
  if (env["DATABASE_URL"]) notes.push("DATABASE_URL is not used: the demo has a database of its own");
  return { config, notes };
}

/**
 * As root, in a checkout that is closed to other users, the database could not reach the usual folder. A person who was
 * promised one command then gets one where the system keeps such data.
 */
function chooseFolder(wanted: string | undefined): { dataDir: string; note?: string } {
  const dataDir = resolve(wanted ?? DEFAULT_FOLDER);
  if (wanted !== undefined || !reachProblem(dataDir)) return { dataDir };
  const name = createHash("sha256").update(dataDir).digest("hex").slice(0, 8);
  const other = `/var/lib/trace-share-demo-${name}`;
  return {
    dataDir: other,
    note: `the database does not run as root and can't reach this checkout: the data goes to ${other}`,
  };
}
