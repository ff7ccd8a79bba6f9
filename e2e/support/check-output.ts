import { readdirSync, readFileSync } from "node:fs";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { encodedForms } from "#lib/domain/client/known-secrets.ts";
import { verify } from "#lib/domain/sanitize/verify.ts";
import { ADAPTERS } from "#lib/domain/sources/adapters.ts";
import type { Canaries } from "#cli/testing/canaries.ts";
import type { CheckResult } from "./check-result.ts";

/** What was said in one place, with something in it that must not be said. Never the words themselves. */
/** What a page draws anew for each answer: now and then it spells the name of a secret. */
const NONCE = /nonce(?:=|\\*":)\\*"[A-Za-z0-9+/=]{24}/g;

export type Leak = { file: string; line: number; rule: string };

/**
 * Reads everything that a run of the checks and the programs under test have said, with the rules that uploads are read with, and
 * looks for the run's canaries in all spellings. `names` are facts of this machine and names that we publish: no leak.
 */
export function leaksIn(
  file: string,
  text: string,
  known: { canaries: Canaries; names: readonly string[] },
): Leak[] {
  const forms = Object.entries(known.canaries).flatMap(([name, value]) =>
    encodedForms(value).map((form) => ({ rule: `canary-${name}`, form })),
  );
  const names = known.names.filter((name) => name.length > 1).toSorted((a, b) => b.length - a.length);
  return text.split("\n").flatMap((line, index) => {
    const canaries = forms.filter(({ form }) => line.includes(form)).map(({ rule }) => rule);
    const plain = names.reduce(
      (rest, name) => rest.replaceAll(name, "(here)"),
      line.replaceAll(NONCE, "nonce"),
    );
    const found = verify(plain).filter((finding) => finding.class === "definite");
    const rules = new Set([...canaries, ...found.map(({ rule }) => rule)]);
    return [...rules].map((rule) => ({ file, line: index + 1, rule }));
  });
}

/** One check more: every `*.log` of the folder. */
export function checkOutput(
  folder: string,
  known: { canaries: Canaries; root: string; say: (line: string) => void },
): CheckResult {
  const published = Object.values(ADAPTERS).map(({ displayName }) => displayName);
  const names = [known.root, tmpdir(), hostname(), ...ownName(), ...published];
  const files = readdirSync(folder).filter((name) => name.endsWith(".log"));
  const leaks = files.flatMap((name) =>
    leaksIn(name, readFileSync(join(folder, name), "utf8"), { canaries: known.canaries, names }),
  );
  for (const { file, line, rule } of leaks.slice(0, 50)) known.say(`FAILED: ${file} line ${line}: ${rule}`);
  const isClean = leaks.length === 0 && files.length > 0;
  known.say(`${isClean ? "passed" : "FAILED"}: nothing secret was said (${files.length} logs)`);
  return { passed: isClean ? 1 : 0, failed: isClean ? 0 : 1, skipped: [] };
}

/** Stack traces name the home folder of whoever runs the checks. */
function ownName(): string[] {
  try {
    const { homedir, username } = userInfo();
    return [homedir, `/${username}/`];
  } catch {
    return [];
  }
}
