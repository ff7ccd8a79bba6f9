import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { createRedactor } from "#lib/domain/sanitize/redact.ts";
import { ordinaryText } from "#lib/domain/sanitize/testing/hostile-inputs.ts";
import { generator, makeSecret } from "#lib/domain/sanitize/testing/make-secret.ts";
import { verifySerialised } from "#lib/domain/sanitize/verify.ts";

const SESSION = 200;

/** An invented transcript of `megabytes` (10⁶ UTF-16 units), line by line: prompts, calls, listings, results, now and then a secret. */
export function transcript(megabytes: number, seed = 1): string[] {
  const random = generator(seed);
  const source = ordinaryText(2_000_000);
  const lines: string[] = [];
  for (let size = 0; size < megabytes * 1e6; size += lines.at(-1)?.length ?? 0) {
    const at = random(source.length - 20_000);
    const text = source.slice(at, at + 200 + random(random(4) === 0 ? 18_000 : 2_000));
    lines.push(JSON.stringify(recordOf(lines.length, planted(text, lines.length))));
  }
  return lines;
}

/** One record in twenty holds a token. */
function planted(text: string, index: number): string {
  return index % 20 === 7 ? `${text}\nTOKEN=${makeSecret("ghp_<alnum 36>", index)}\n` : text;
}

function recordOf(index: number, text: string): JsonValue {
  const shared = {
    parentUuid: null,
    isSidechain: false,
    cwd: "/home/bwisniewski/code/app",
    sessionId: "0b7e4c1a-52d3-4e8f-9a61-7c2f5d8e3b90",
    gitBranch: "main",
    timestamp: "2026-02-25T09:51:59.245Z",
  };
  if (index % 3 === 0) return { ...shared, type: "user", message: { role: "user", content: text } };
  const content: JsonValue =
    index % 3 === 1
      ? [
          {
            type: "tool_use",
            id: `toolu_${index}`,
            name: "Bash",
            input: { command: "npm test", description: text.slice(0, 200) },
          },
        ]
      : [{ type: "tool_result", tool_use_id: `toolu_${index}`, content: text }];
  return { ...shared, type: "assistant", message: { role: "assistant", content } };
}

/** Sanitizes and checks the lines as the CLI does, a session at a time; the number of units read. */
export function sanitizeAndVerify(lines: readonly string[]): number {
  let units = 0;
  for (let from = 0; from < lines.length; from += SESSION) {
    const redactor = createRedactor({
      salt: "of no meaning",
      sessionId: String(from),
      facts: { cwds: [], gitRemotes: [], gitBranches: [] },
    });
    for (const line of lines.slice(from, from + SESSION)) {
      // a line of the transcript is JSON: it was made above
      const clean = redactor.redactValue(JSON.parse(line) as JsonValue);
      const findings = verifySerialised(JSON.stringify(clean));
      if (findings.some((finding) => finding.class === "definite"))
        throw new Error("the check found something");
      units += line.length;
    }
  }
  return units;
}
