import { z } from "zod";
import { isCredential, looksRandom } from "#lib/domain/sanitize/literal.ts";
import { strengthOf } from "#lib/domain/sanitize/names.ts";
import { scanText } from "#lib/domain/sanitize/scan-text.ts";

/*
 * Where people keep live credentials, and how each file writes them. Every reader takes the text of one file and gives the
 * values; what it can't read gives none, for it is the sanitizer's rules that everything rests on.
 */

export type SecretFileKind = "dotenv" | "netrc" | "npmrc" | "aws" | "gh" | "docker" | "kube";

const MAX_VALUES = 400;
const LEAST = 6;

/** The values of a file that are credentials. */
export function secretsInFile(kind: SecretFileKind, text: string): string[] {
  const found = READERS[kind](text).map((value) => value.trim());
  return [...new Set(found)].filter((value) => value.length >= LEAST).slice(0, MAX_VALUES);
}

/** The values of variables that are credentials, by name or by form. */
export function secretsInVariables(variables: Readonly<Record<string, string | undefined>>): string[] {
  const found = Object.entries(variables).flatMap(([name, value]) =>
    value !== undefined && isSecret(name, value) ? pieces(value) : [],
  );
  return [...new Set(found)].slice(0, MAX_VALUES);
}

const READERS: Record<SecretFileKind, (text: string) => string[]> = {
  dotenv: (text) => secretsInVariables(Object.fromEntries(assignments(text))),
  netrc: (text) =>
    [...text.matchAll(/(?:^|\s)password\s+(?:"([^"\n]{1,500})"|(\S{1,500}))/g)].flatMap(groups),
  npmrc: (text) =>
    assignments(text).flatMap(([name, value]) =>
      /(?:_authToken|_password|_auth|:certfile|:keyfile)$/i.test(name) ? withDecoded(value) : [],
    ),
  aws: (text) =>
    assignments(text).flatMap(([name, value]) =>
      /^aws_(?:secret_access_key|session_token|access_key_id|security_token)$/i.test(name)
        ? pieces(value)
        : [],
    ),
  gh: (text) => [...text.matchAll(/^\s*oauth_token:\s*["']?([^\s"']{1,500})/gm)].flatMap(groups),
  docker: dockerSecrets,
  kube: (text) =>
    [
      ...text.matchAll(
        /^\s*-?\s*"?(?:token|password|id-token|refresh-token|access-token|client-secret|client-key-data)"?:\s*["']?([^\s"',]{1,20000})/gm,
      ),
    ]
      .flatMap(groups)
      .flatMap(withDecoded),
};

function groups(match: RegExpMatchArray): string[] {
  return match.slice(1).filter((group) => group !== undefined);
}

/** `NAME=value` lines of env and ini files, quotes and `export` taken off. */
function assignments(text: string): [string, string][] {
  return text.split(/\r?\n/).flatMap((line): [string, string][] => {
    const match = /^\s*(?:export\s+)?([^\s=#;[][^\s=]{0,200})\s*=\s*(.*)$/.exec(line);
    const [, name, rest] = match ?? [];
    if (name === undefined || rest === undefined) return [];
    const quoted = /^"((?:\\.|[^"\\])*)"|^'([^']*)'/.exec(rest);
    const value = quoted?.[1] ?? quoted?.[2] ?? rest.replace(/\s+#.*$/, "").trim();
    return [[name, value]];
  });
}

function isSecret(name: string, value: string): boolean {
  if (value.length < LEAST || value.length > 20_000) return false;
  const strength = strengthOf(name);
  const isPlace = /^(?:\/|\.{1,2}\/|~|[A-Za-z]:\\|[a-z][\w+.-]{1,30}:\/\/[^@]*$)/.test(value);
  // what is called a password here is one, however it looks
  if (strength === "password" && !isPlace && !/^\d*$/.test(value)) return true;
  if (strength !== null && isCredential(value, strength, true)) return true;
  if (isPlace) return false;
  return scanText(value.slice(0, 4_096)).some((span) => span.as === "secret" && span.class === "definite");
}

/** A value that is too long to be looked for whole, and the userinfo of an address, in the pieces that give it away. */
function pieces(value: string): string[] {
  const password = /^[a-z][\w+.-]{1,30}:\/\/[^\s/:@]*:([^\s@/]{6,200})@/i.exec(value)?.[1];
  if (password !== undefined) return [password, decodedPercent(password)];
  if (value.length <= 256 && !value.includes("\n")) return [value];
  return value
    .split(/\r?\n|\\n/)
    .flatMap((line) => line.trim().match(/.{1,64}/g) ?? [])
    .filter((piece) => piece.length >= 16 && looksRandom(piece));
}

/** The value, and what it is in base64. */
function withDecoded(value: string): string[] {
  return [...pieces(value), ...pieces(decodedBase64(value))].filter((piece) => piece !== "");
}

const DockerConfig = z.object({
  auths: z
    .record(
      z.string(),
      z.object({
        auth: z.string().optional(),
        identitytoken: z.string().optional(),
        registrytoken: z.string().optional(),
        password: z.string().optional(),
      }),
    )
    .optional(),
});

function dockerSecrets(text: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const parsed = DockerConfig.safeParse(value);
  return Object.values(parsed.data?.auths ?? {}).flatMap(
    ({ auth = "", identitytoken, registrytoken, password }) => {
      const login = decodedBase64(auth);
      const behind = login.includes(":") ? login.slice(login.indexOf(":") + 1) : "";
      return [auth, behind, identitytoken, registrytoken, password].flatMap((secret) =>
        secret === undefined ? [] : pieces(secret),
      );
    },
  );
}

function decodedBase64(value: string): string {
  if (!/^[A-Za-z0-9+/_-]{8,20000}={0,2}$/.test(value)) return "";
  try {
    const text = atob(value.replaceAll("-", "+").replaceAll("_", "/"));
    return /^[\x20-\x7e\r\n\t]+$/.test(text) ? text : "";
  } catch {
    return "";
  }
}

function decodedPercent(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
