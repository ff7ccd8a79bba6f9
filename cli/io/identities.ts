import { hostname, userInfo } from "node:os";
import { basename, join } from "node:path";
import type { Settings } from "./settings.ts";
import { readSmallFile } from "./small-file.ts";
import type { Io } from "./terminal.ts";

/** Variables that say who the user is, or what the machine is called. */
const VARIABLES =
  "USER LOGNAME USERNAME HOSTNAME COMPUTERNAME EMAIL GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL".split(
    " ",
  );

/**
 * Names that this machine knows its user by: account, home folder, host, name and address of git commits, accounts of forges.
 * The sanitizer takes them out of sessions; they are kept nowhere.
 */
export function collectIdentities(settings: Settings, io: Io): string[] {
  const config = io.env["XDG_CONFIG_HOME"] || join(settings.userHome, ".config");
  const names = [
    ...VARIABLES.map((name) => io.env[name]),
    accountName(),
    basename(settings.userHome),
    hostname(),
    ...gitIdentity(join(settings.userHome, ".gitconfig")),
    ...gitIdentity(join(config, "git", "config")),
    ...forgeAccounts(join(io.env["GH_CONFIG_DIR"] || join(config, "gh"), "hosts.yml")),
  ];
  return [...new Set(names.flatMap((name) => name?.trim() || []))].sort();
}

function accountName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined; // an account id without an entry, as in some containers
  }
}

/** `user.name` and `user.email` of the user's own git configuration. */
function gitIdentity(path: string): string[] {
  const file = readSmallFile(path);
  let section = "";
  return (file.ok ? file.text : "").split("\n").flatMap((line) => {
    section = /^\s*\[\s*([^\]"]*?)\s*(?:"[^"]*")?\s*\]/.exec(line)?.[1]?.toLowerCase() ?? section;
    const value = /^\s*(?:name|email)\s*=\s*"?(.*?)"?\s*$/i.exec(line)?.[1];
    return section === "user" && value ? [value] : [];
  });
}

/** The accounts that the GitHub client is signed in with. */
function forgeAccounts(path: string): string[] {
  const file = readSmallFile(path);
  return [...(file.ok ? file.text : "").matchAll(/^\s*user:\s*["']?([\w-]{2,60})/gm)].flatMap(
    (match) => match[1] ?? [],
  );
}
