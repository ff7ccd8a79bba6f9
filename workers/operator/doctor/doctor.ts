import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Config, type Environment, loadConfig } from "#lib/config.ts";
import { createDeps } from "#lib/container.ts";
import { isAppError } from "#lib/domain/errors.ts";
import { openDatabaseTools, openStorage } from "#lib/maintenance.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { platformRuns } from "#workers/operator/attached.ts";
import { openDatabase } from "#workers/platform-database.ts";
import { checkDatabase, checkKept, databaseDown, hasEmbeddedDatabase } from "./database-checks.ts";
import { checkEngine, checkKeyValue, checkSearch } from "./engine-checks.ts";
import { attempt, fail, type Finding, ok, warn } from "./finding.ts";
import { checkFolders, checkNode } from "./machine-checks.ts";
import { checkPort, checkPublicUrl, checkSigningKey } from "./public-checks.ts";
import { checkBucketClock, checkNeverForget, checkObjects } from "./storage-checks.ts";
import { checkUpkeep, checkWork } from "./work-checks.ts";

const MEND = "mend this, and run the doctor again";

/**
 * Looks at everything that an instance needs, part by part, whether it runs or not, and changes nothing that stays: what can't be
 * looked at because something else is broken is left out, and the broken thing is named.
 */
export async function examine(env: Environment): Promise<Finding[]> {
  let config: Config;
  try {
    // what the checks log would stand between the findings
    config = { ...loadConfig(env), logLevel: "silent" };
  } catch (error) {
    const lines = isAppError(error) ? (error.detail ?? error.code).split("\n") : ["a setting is wrong"];
    return [...lines.map((line) => fail("settings", line, "correct the setting")), ...(await node())];
  }
  const runs = platformRuns(config.dataDir);
  return [
    ok("settings", "every setting can be read"),
    ...(await node()),
    ...(await attempt("data_folder", MEND, () => checkFolders(config))),
    ...(await attempt("port", "correct HOST", () => checkPort(config, runs))),
    ...(await examineStores(config, runs)),
  ];
}

const node = () => attempt("node_version", MEND, checkNode);

async function examineStores(config: Config, runs: boolean): Promise<Finding[]> {
  if (config.databaseUrl === undefined && !hasEmbeddedDatabase(resolve(config.dataDir))) {
    const todo = "`npm start` makes it; if there was one, check DATA_DIR";
    return [
      warn("database", "the data folder holds no database yet", todo),
      ...(await withoutDatabase(config)),
    ];
  }
  const opened = await openDatabase(config).catch((error: unknown) => ({ error }));
  if ("error" in opened) return [databaseDown(opened.error), ...(await withoutDatabase(config))];
  try {
    return await examineDatabase({ ...config, databaseUrl: opened.url() }, runs);
  } finally {
    await opened.close();
  }
}

async function examineDatabase(config: Config & { databaseUrl: string }, runs: boolean): Promise<Finding[]> {
  const tools = openDatabaseTools(config.databaseUrl);
  try {
    const facts = await tools.facts();
    const found = [
      ...checkDatabase(facts, new Date()),
      ...(await attempt("kept_data", MEND, () => checkKept(tools, new Date()))),
    ];
    if (facts.schema !== facts.programSchema) return [...found, ...(await withoutDatabase(config))];
    const running = runs || (await tools.otherSessions()) > 0;
    return [...found, ...(await withInstance(config, running))];
  } catch (error) {
    return [databaseDown(error), ...(await withoutDatabase(config))];
  } finally {
    await tools.close();
  }
}

/** What can be looked at while the database can't be used. */
async function withoutDatabase(config: Config): Promise<Finding[]> {
  const hasStore = config.s3 !== undefined || existsSync(join(resolve(config.dataDir), "objects"));
  return [...(hasStore ? await storage(config, null) : []), ...(await engines(config))];
}

async function withInstance(config: Config & { databaseUrl: string }, runs: boolean): Promise<Finding[]> {
  const instance = await createDeps(config).catch((error: unknown) => ({ error }));
  if ("error" in instance)
    return [
      ...(await attempt("instance", MEND, () => Promise.reject(instance.error))),
      ...(await withoutDatabase(config)),
    ];
  const { deps, close } = instance;
  try {
    return [
      ...(await storage(config, deps.store)),
      ...(await engines(config)),
      ...(await attempt("search", "see search_engine above", () => checkSearch(deps, runs))),
      ...(await attempt("jobs", MEND, () => checkWork(deps))),
      ...(await attempt("upkeep", MEND, () => checkUpkeep(deps))),
      ...(await attempt("signing_key", "put it back from a backup", () => checkSigningKey(deps.signer))),
      ...(await attempt("public_url", MEND, () => checkPublicUrl(config, deps.signer, runs))),
    ];
  } finally {
    await close();
  }
}

async function storage(config: Config, store: Deps["store"] | null): Promise<Finding[]> {
  const opened = await openStorage(config, "worker").catch((error: unknown) => ({ error }));
  if ("error" in opened) return attempt("objects", MEND, () => Promise.reject(opened.error));
  try {
    return [
      ...(await attempt("clock_bucket", "check S3_ENDPOINT and the network", () => checkBucketClock(config))),
      ...(await attempt(
        "objects",
        "check that the place is there, and in a bucket key, secret and clock; then the store itself",
        () => checkObjects(opened, config),
      )),
      ...(await attempt(
        "never_forget",
        "see objects above; if it is well, a person has to look at the log (docs/REVOCATION.md, Restore)",
        () => checkNeverForget(opened, store),
      )),
    ];
  } finally {
    opened.close();
  }
}

async function engines(config: Config): Promise<Finding[]> {
  return [
    ...(await attempt("key_value", "mend Redis or its bridge; the database counts meanwhile", () =>
      checkKeyValue(config),
    )),
    ...(await attempt("search_engine", "mend Meilisearch; PostgreSQL searches meanwhile", () =>
      checkEngine(config),
    )),
  ];
}
