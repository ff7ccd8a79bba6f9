import { parseArgs } from "node:util";
import { createRedactor } from "#lib/domain/sanitize/redact.ts";
import { placement } from "#lib/domain/sanitize/testing/corpus.ts";
import { verifySerialised } from "#lib/domain/sanitize/verify.ts";
import { leaks } from "./scoring.ts";

/**
 * `npm run eval:placements [-- --count N]`: tokens of every shipped form in leaves, keys, tool names, file names and metadata. Counts
 * the records which the check accepts as they are, and those that still hold the token after redaction. Exits with 1 if there is one.
 */
function main(): void {
  const { values } = parseArgs({ options: { count: { type: "string", default: "10000" } } });
  const count = Number(values.count);
  let accepted = 0;
  let left = 0;
  for (let index = 0; index < count; index += 1) {
    const { record, secret, rule, place } = placement(index);
    const isAccepted = verifySerialised(JSON.stringify(record)).length === 0;
    const redactor = createRedactor({
      salt: "of no meaning",
      sessionId: String(index),
      facts: { cwds: [], gitRemotes: [], gitBranches: [] },
    });
    const isLeft = leaks({ secret, surface: secret }, JSON.stringify(redactor.redactValue(record)));
    if (isAccepted || isLeft) process.stderr.write(`${rule} in ${place}\n`);
    if (isAccepted) accepted += 1;
    if (isLeft) left += 1;
  }
  process.stdout.write(`${count} placements: accepted ${accepted}, left after redaction ${left}\n`);
  if (accepted + left > 0) process.exitCode = 1;
}

main();
