import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./compose-file.ts";

/** The rules of .dockerignore: the last one that fits a path or a folder above it decides. */
export function isSent(path: string, rules = readRules()): boolean {
  const parts = path.split("/");
  const above = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  let sent = true;
  for (const { pattern, keeps } of rules) if (above.some((one) => pattern.test(one))) sent = keeps;
  return sent;
}

type Rule = { pattern: RegExp; keeps: boolean };

function readRules(): Rule[] {
  return readFileSync(join(ROOT, ".dockerignore"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ pattern: patternOf(line.replace(/^!/, "")), keeps: line.startsWith("!") }));
}

/** As Docker reads a rule: two stars are any number of folders, names with a dot in front among them. */
function patternOf(glob: string): RegExp {
  const text = glob.replaceAll(/\*\*\/|\*\*|\*|[.+^${}()|[\]\\]/g, (found) => {
    if (found === "**/") return "(?:.*/)?";
    if (found === "**") return ".*";
    return found === "*" ? "[^/]*" : `\\${found}`;
  });
  return new RegExp(`^${text}$`);
}

/** What a build from this checkout would be sent: of the files that git knows or would know. */
export function contextFiles(): string[] {
  const listed = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (listed.status !== 0) throw new Error("git ls-files failed: this needs a git checkout");
  const files = listed.stdout.split("\0").filter((path) => path && existsSync(join(ROOT, path)));
  const rules = readRules();
  return files.filter((path) => isSent(path, rules));
}
