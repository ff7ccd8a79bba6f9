import { createPrivateKey } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { AppError } from "#lib/domain/errors.ts";
import { isPlaceholder } from "#lib/placeholder-secrets.ts";
import { makeFolder } from "#workers/make-folder.ts";
import { type ComposeSecret, freshSigningKey, randomSecret } from "./compose-secrets.ts";

/** Nobody but its owner enters the folder. Docker mounts the files themselves into containers that run as different users, so each can read them. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o444;
const LEAST_CHARACTERS = 32;

/** What became of one file. */
export type SecretOutcome = { name: string; outcome: "made" | "kept" | "replaced" };

/**
 * Fills the folder with what is missing of the secrets. What is there stays, but for files that follow from others. With `replace`
 * everything but what the operator gave is made anew, and the old files go into that folder. Throws `configuration_invalid`.
 */
export function fillSecretFolder(
  folder: string,
  secrets: readonly ComposeSecret[],
  { replace }: { replace?: string | undefined } = {},
): SecretOutcome[] {
  try {
    makeFolder(folder, FOLDER_MODE);
    chmodSync(folder, FOLDER_MODE);
    if (replace !== undefined) mkdirSync(replace, { mode: FOLDER_MODE });
    const values = new Map<string, string>();
    return secrets.map((secret) => {
      const path = join(folder, secret.name);
      const found = readIfThere(path);
      const wanted = wantedContent(secret, { found, values, anew: replace !== undefined });
      values.set(secret.name, wanted.trimEnd());
      if (found === wanted) return { name: secret.name, outcome: "kept" };
      if (found !== undefined && replace !== undefined) renameSync(path, join(replace, secret.name));
      write(path, wanted);
      return { name: secret.name, outcome: found === undefined ? "made" : "replaced" };
    });
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown fault";
    throw new AppError("configuration_invalid", {
      detail: `The folder of secrets can't be written (${code}).`,
      cause,
    });
  }
}

type Wanted = { found: string | undefined; values: ReadonlyMap<string, string>; anew: boolean };

function wantedContent(secret: ComposeSecret, { found, values, anew }: Wanted): string {
  if (secret.kind === "derived") return secret.derive(values);
  if (secret.kind === "given") return found ?? "";
  if (found !== undefined && !anew) return found;
  return secret.kind === "key" ? freshSigningKey() : randomSecret();
}

/** One plain line for each secret that is missing, empty, a placeholder, too short, open to others or out of step; none holds a value. */
export function checkSecretFolder(folder: string, secrets: readonly ComposeSecret[]): string[] {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return ["The folder of secrets does not exist: run `npm run admin -- setup`."];
  const open = process.platform !== "win32" && (stat.mode & 0o077) !== 0;
  const values = new Map<string, string>();
  const lines = secrets.flatMap((secret) => {
    const content = readIfThere(join(folder, secret.name));
    if (content === undefined) return [`${secret.name} is missing: run \`npm run admin -- setup\`.`];
    values.set(secret.name, content.trimEnd());
    const fault = faultOf(secret, content, values);
    return fault === undefined ? [] : [`${secret.name} ${fault}`];
  });
  return open ? ["The folder of secrets is open to other users: give it the mode 700.", ...lines] : lines;
}

function faultOf(
  secret: ComposeSecret,
  content: string,
  values: ReadonlyMap<string, string>,
): string | undefined {
  const value = content.trimEnd();
  if (secret.kind === "given") return undefined;
  if (secret.kind === "derived")
    return content === secret.derive(values)
      ? undefined
      : "does not fit the other secrets: run `npm run admin -- setup`.";
  if (secret.kind === "key") return isSigningKey(value) ? undefined : "holds no Ed25519 key.";
  if (value === "") return "is empty.";
  if (isPlaceholder(value)) return "holds a placeholder or a known default.";
  if (!/^[\x21-\x7e]+$/.test(value)) return "holds spaces or several lines.";
  return value.length < LEAST_CHARACTERS ? `is shorter than ${LEAST_CHARACTERS} characters.` : undefined;
}

function isSigningKey(text: string): boolean {
  try {
    return createPrivateKey(text).asymmetricKeyType === "ed25519";
  } catch {
    return false;
  }
}

function readIfThere(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return undefined;
  if (stat.isFile()) return readFileSync(path, "utf8");
  throw new AppError("configuration_invalid", {
    detail:
      "The folder of secrets holds a folder where a file belongs. (Docker makes one where the file to mount is missing: remove it.)",
  });
}

/** Whole or not at all: a file that is half written would lock everybody out. */
function write(path: string, content: string): void {
  const partial = `${path}.partial`;
  const file = openSync(partial, "w", 0o600);
  writeSync(file, content);
  fsyncSync(file);
  closeSync(file);
  chmodSync(partial, FILE_MODE);
  renameSync(partial, path);
}
