import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "#lib/domain/errors.ts";

/** The secret that `npm start` keeps in the data folder; `configuration_invalid` where there is none yet. */
export async function keptSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, "secrets", "session-secret");
  const secret = (await readFile(path, "utf8").catch(() => "")).trim();
  if (secret.length >= 32) return secret;
  throw new AppError("configuration_invalid", {
    detail:
      "NEXTAUTH_SECRET is not set and the data folder holds no secret yet: run `npm start` once, or set it.",
  });
}
