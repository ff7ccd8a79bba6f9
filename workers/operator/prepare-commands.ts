import type { Command } from "commander";
import { loadConfig } from "#lib/config.ts";
import { prepareSearchKeys, prepareStorage } from "#lib/container.ts";
import { dataFolderOf, keepSecret } from "#workers/data-folder.ts";
import { openDatabase } from "#workers/platform-database.ts";
import { prepareInstance } from "#workers/prepare-instance.ts";
import { DEFAULT_WAIT_SECONDS, parseWait, patiently } from "./patience.ts";
import { say } from "./with-deps.ts";

type Wait = { wait: number };

/** `migrate`, `init-storage` and `init-search`: jobs that run once before web and worker, and may run again at any time. */
export function prepareCommands(program: Command): void {
  const job = (name: string, help: string, run: () => Promise<string>) =>
    program
      .command(name)
      .description(help)
      .option("--wait <seconds>", "how long a service may be late", parseWait, DEFAULT_WAIT_SECONDS)
      .action(async ({ wait }: Wait) => say(await patiently(run, { seconds: wait, say })));
  job(
    "migrate",
    "bring the database up to date: tables, queues, roles, and what the never-forget log knows",
    migrateInstance,
  );
  job(
    "init-storage",
    "make the bucket if it is missing, try it, and let it clear away what was broken off",
    initStorage,
  );
  job("init-search", "make the scoped keys of Meilisearch with its master key", async () => {
    await prepareSearchKeys(loadConfig(process.env));
    return "search: the keys are made";
  });
}

async function migrateInstance(): Promise<string> {
  const settings = loadConfig(process.env);
  const dataDir = dataFolderOf(settings);
  const authSecret = settings.authSecret ?? keepSecret(dataDir, "session-secret");
  const database = await openDatabase({ ...settings, dataDir });
  try {
    await prepareInstance({ ...settings, dataDir, authSecret, databaseUrl: database.url() });
  } finally {
    await database.close();
  }
  return settings.databaseRoles ? "database: up to date, with its roles" : "database: up to date";
}

async function initStorage(): Promise<string> {
  const { bucket, cleaning, versions } = await prepareStorage(loadConfig(process.env));
  const rules =
    cleaning === "set" ? "clears away what was broken off" : "takes no lifecycle rules, so the sweep does it";
  const line = `storage: the bucket is ${bucket === "made" ? "made" : "there"}, writes nothing twice, and ${rules}`;
  return versions === "none" ? line : `${line}\n${VERSIONS_UNKNOWN}`;
}

const VERSIONS_UNKNOWN =
  "storage: the store does not say whether the bucket keeps older versions: see to it that it does not, withdrawn text would live on in them";
