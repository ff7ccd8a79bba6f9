import { chmodSync, existsSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Credentials, credentialsText, readCredentials } from "#lib/domain/client/credentials-file.ts";
import { machineFailure, systemCode, usageFailure } from "./failure.ts";
import { readSmallFile } from "./small-file.ts";
import { makeFolder } from "./make-folder.ts";
import { shownPath } from "#cli/run/file-names.ts";

const FILE = "credentials.toml";
const OTHERS = 0o077;

/** The tokens that `login` kept; none if it never ran. A file that others may read is refused, as ssh does with its keys. */
export function loadCredentials(home: string, platform: NodeJS.Platform): Credentials {
  const path = join(home, FILE);
  const file = readSmallFile(path);
  if (!file.ok && file.reason === "absent") return { tokens: {} };
  const credentials = file.ok ? readCredentials(file.text) : undefined;
  if (!credentials) {
    throw usageFailure(
      "credentials_invalid",
      `The file ${shownPath(path)} can't be read or is not one of login's.`,
      ["trace-share logout --all"],
    );
  }
  if (platform !== "win32" && (statSync(path).mode & OTHERS) !== 0) {
    throw usageFailure("credentials_open", `Others may read ${shownPath(path)}, which holds tokens.`, [
      `chmod 600 ${shownPath(path)}`,
      "end these tokens on the platform's page /me/tokens and make new ones",
    ]);
  }
  return credentials;
}

/** Writes the file whole or not at all, readable by its owner alone. */
export function storeCredentials(home: string, credentials: Credentials): void {
  const path = join(home, FILE);
  const part = `${path}.${process.pid}.part`;
  try {
    makeFolder(home);
    writeFileSync(part, credentialsText(credentials), { mode: 0o600, flag: "wx" });
    chmodSync(part, 0o600);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw machineFailure(
      "credentials_unwritable",
      `The file ${shownPath(path)} can't be written (${systemCode(error) ?? "unknown"}).`,
      { cause: error },
    );
  }
}

/** Removes the whole file; true if there was one. */
export function removeCredentials(home: string): boolean {
  const path = join(home, FILE);
  const isThere = existsSync(path);
  rmSync(path, { force: true });
  return isThere;
}
