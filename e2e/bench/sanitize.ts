import { parseArgs } from "node:util";
import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { createRedactor } from "#lib/domain/sanitize/redact.ts";
import { verifySerialised } from "#lib/domain/sanitize/verify.ts";
import { type BenchInput, hostileInputs, ordinaryText } from "#lib/domain/sanitize/testing/hostile-inputs.ts";

const NO_FACTS = { cwds: [], gitRemotes: [], gitBranches: [] };
/** What a server may be held by: 8 MiB at this speed are four seconds. */
const FLOOR = 2;

/**
 * `npm run bench:sanitize [-- --only WORD] [--check]`: the speed of redacting and of checking, in MB (10⁶ UTF-16 units) a second of this
 * thread's own processor time, for ordinary text and for inputs made to be slow. Exits with 1 if a check is below the floor.
 */
function main(): void {
  const { values } = parseArgs({
    options: { only: { type: "string", default: "" }, check: { type: "boolean" } },
  });
  const ordinary: BenchInput = { name: "ordinary text", value: ordinaryText() };
  measure(ordinary, values.check === true); // warms up
  const inputs = [ordinary, ...hostileInputs()].filter(({ name }) => name.includes(values.only));
  const slow: string[] = [];
  for (const input of inputs) {
    const speed = measure(input, values.check === true);
    const mark = speed.check < FLOOR ? "  SLOW" : "";
    if (mark !== "") slow.push(input.name);
    say(
      `${input.name.padEnd(40)} check ${figure(speed.check)} MB/s   redact ${figure(speed.redact)} MB/s${mark}`,
    );
  }
  say(slow.length === 0 ? `all checks at ${FLOOR} MB/s or more` : `below ${FLOOR} MB/s: ${slow.join(", ")}`);
  if (slow.length > 0) process.exitCode = 1;
}

function measure({ value }: BenchInput, checkOnly: boolean): { check: number; redact: number } {
  const json = JSON.stringify(value);
  const check = speedOf(json, () => verifySerialised(json));
  const redact = checkOnly ? 0 : speedOf(json, () => redactor().redactValue(value));
  return { check, redact };
}

function redactor(): { redactValue(value: JsonValue): JsonValue } {
  return createRedactor({ salt: "of no meaning", sessionId: "bench", facts: NO_FACTS });
}

function speedOf(json: string, work: () => unknown): number {
  const times = [1, 2].map(() => {
    const before = process.threadCpuUsage();
    work();
    const used = process.threadCpuUsage(before);
    return used.user + used.system;
  });
  return json.length / Math.max(1, Math.min(...times)); // units a microsecond are 10⁶ a second
}

function figure(speed: number): string {
  return speed.toFixed(2).padStart(7);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main();
