import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "#lib/domain/errors.ts";
import { prepareDataFolder, replaceSecret } from "#workers/data-folder.ts";
import { databaseEnvironment, DATABASE_ROLE } from "./cluster.ts";
import { databaseUser } from "./database-user.ts";
import { lockFile, tryLock } from "./file-lock.ts";
import { findPrograms } from "./programs.ts";

const LOCK_MS = 10_000;

/**
 * Gives the embedded database another password. It runs for this alone, in single-user mode, which asks for none: so a lost password
 * is replaced too, and what was cut off in between is mended by doing it again. Throws `configuration_invalid` while anybody uses the database.
 */
export async function rotateDatabasePassword(dataDir: string): Promise<void> {
  const folder = prepareDataFolder(dataDir);
  const cluster = join(folder, "postgres");
  if (!existsSync(join(cluster, "PG_VERSION"))) {
    throw new AppError("configuration_invalid", { detail: `${folder} holds no embedded database.` });
  }
  const starting = await lockFile(join(folder, "postgres.start.lock"), { timeoutMs: LOCK_MS });
  const alone = starting ? tryLock(join(folder, "postgres.users.lock")) : undefined;
  try {
    if (!alone) {
      throw new AppError("configuration_invalid", {
        detail: "The embedded database is in use: stop trace-share and run this again.",
      });
    }
    setPassword(cluster, replaceSecret(folder, "postgres-password"));
  } finally {
    alone?.release();
    starting?.release();
  }
}

/** The password is of the alphabet of base64url, so it may stand in the statement; no log of the database sees it. */
function setPassword(cluster: string, password: string): void {
  const user = databaseUser();
  const { postgres } = findPrograms(user);
  const quiet = ["-c", "log_statement=none", "-c", "log_min_error_statement=panic"];
  const { status, stderr } = spawnSync(postgres, ["--single", ...quiet, "-D", cluster, "postgres"], {
    ...user,
    cwd: cluster,
    env: databaseEnvironment(),
    input: `alter role ${DATABASE_ROLE} password '${password}'\n`,
    encoding: "utf8",
  });
  if (status === 0 && !/\b(ERROR|FATAL|PANIC):/.test(stderr)) return;
  throw new AppError("unavailable", {
    detail: "The embedded database did not take the new password: run this again, or see postgres.log.",
  });
}
