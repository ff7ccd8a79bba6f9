import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { basename, join } from "node:path";
import type { Settings } from "./settings.ts";
import type { Io } from "./terminal.ts";

/**
 * Names that this machine knows its user by: account, home folder, host, and name and address of git commits. The sanitizer
 * takes them out of sessions; they are kept nowhere.
 */
export function collectIdentities(settings: Settings, io: Io): string[] {
  const names = [
    io.env["USER"],
    io.env["LOGNAME"],
    io.env["USERNAME"],
    accountName(),
    basename(settings.userHome),
    hostname(),
    ...gitIdentity(join(settings.userHome, ".gitconfig")),
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
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return [];
  }
  let section = "";
  return text.split("\n").flatMap((line) => {
    section = /^\s*\[\s*([^\]"]*?)\s*(?:"[^"]*")?\s*\]/.exec(line)?.[1]?.toLowerCase() ?? section;
    const value = /^\s*(?:name|email)\s*=\s*"?(.*?)"?\s*$/i.exec(line)?.[1];
    return section === "user" && value ? [value] : [];
  });
}
