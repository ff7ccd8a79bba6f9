import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** More is no secret but the wrong file. */
const MOST_BYTES = 64 * 1024;
/** What a container sees there is mounted for it alone, and Docker's own mode for it is readable by everybody in it. */
const MOUNTED = "/run/secrets";
const OTHERS_READ = 0o004;
const OTHERS_ENTER = 0o001;

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment with each NAME_FILE read into NAME, and one line for each that can't be. No line holds a path or a value. */
export type ResolvedSecrets = {
  env: Environment;
  wrong: readonly { name: string; line: string }[];
  warnings: readonly string[];
};

/**
 * Reads the files that `NAME_FILE` names for each of the names. A line break at the end is no part of a secret. Files that every
 * user of the machine can read are used, with a warning.
 */
export function resolveSecretFiles(env: Environment, names: readonly string[]): ResolvedSecrets {
  const resolved: Record<string, string | undefined> = { ...env };
  const wrong: { name: string; line: string }[] = [];
  const warnings: string[] = [];
  for (const name of names) {
    const setting = `${name}_FILE`;
    const path = env[setting];
    if (!path) continue;
    if (env[name]) {
      wrong.push({ name, line: `${name} and ${setting} say the same thing: set one of them.` });
      continue;
    }
    const found = readSecretFile(path);
    if ("fault" in found) wrong.push({ name, line: `${setting} ${found.fault}` });
    else resolved[name] = found.secret;
    if ("open" in found && found.open)
      warnings.push(
        `${setting} names a file that every user of this machine can read: give it the mode 600.`,
      );
  }
  return { env: resolved, wrong, warnings };
}

/** Said by the system; the value may be a secret that was given in the wrong setting, so it is not repeated. */
const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: "names a file that does not exist.",
  ENOTDIR: "names a file that does not exist.",
  EACCES: "names a file that this user may not read.",
  EPERM: "names a file that this user may not read.",
};

function readSecretFile(path: string): { secret: string; open: boolean } | { fault: string } {
  try {
    const stat = statSync(path);
    if (stat.isDirectory())
      return { fault: "names a folder. (Docker makes one where the file to mount is missing.)" };
    if (!stat.isFile() || stat.size > MOST_BYTES)
      return { fault: "names something that is no secret's file." };
    const secret = readFileSync(path, "utf8").replace(/[\r\n]+$/, "");
    if (secret.trim() === "") return { fault: "names a file that is empty." };
    if (/[\r\n\0]/.test(secret))
      return { fault: "names a file of several lines: it must hold the secret alone." };
    return { secret, open: isOpen(path, stat.mode) };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return { fault: FAULTS[code] ?? "names a file that can't be read." };
  }
}

/** A folder that nobody else can enter protects what is in it, whatever its files' modes. */
function isOpen(path: string, mode: number): boolean {
  if (process.platform === "win32" || dirname(path) === MOUNTED || (mode & OTHERS_READ) === 0) return false;
  return (statSync(dirname(path)).mode & OTHERS_ENTER) !== 0;
}
