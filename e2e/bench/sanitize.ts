import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { createRedactor } from "#lib/domain/sanitize/redact.ts";
import { type BenchInput, hostileInputs, ordinaryText } from "#lib/domain/sanitize/testing/hostile-inputs.ts";
import { verifySerialised } from "#lib/domain/sanitize/verify.ts";
import { sanitizeAndVerify, transcript } from "./sanitizer-transcript.ts";

const NO_FACTS = { cwds: [], gitRemotes: [], gitBranches: [] };
/** What a server may be held by: 8 MiB at this speed are four seconds. */
const FLOOR = 2;

/**
 * `npm run bench:sanitizer [-- --size MB] [--only WORD] [--check]`: the speed of sanitizing and checking an invented transcript, on one thread and
 * on two; then of redacting and of checking inputs made to be slow. In MB (10⁶ UTF-16 units) a second of processor time, by the clock for the
 * threads. `--size 0` leaves the transcript out. Exits with 1 if a check of a slow input is below the floor.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: "" },
      check: { type: "boolean" },
      size: { type: "string", default: "50" },
    },
  });
  if (Number(values.size) > 0) await measureTranscript(Number(values.size));
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

async function measureTranscript(megabytes: number): Promise<void> {
  const lines = transcript(megabytes);
  sanitizeAndVerify(lines.slice(0, 400)); // warms up
  const before = process.threadCpuUsage();
  const started = performance.now();
  const units = sanitizeAndVerify(lines);
  const clock = performance.now() - started;
  const used = process.threadCpuUsage(before);
  say(
    `transcript of ${megabytes} MB, sanitize + verify  ${figure(units / (used.user + used.system))} MB/s of processor time, ${figure(units / 1_000 / clock)} MB/s by the clock`,
  );
  const both = await inThreads(megabytes, 2);
  say(
    `the same on two threads                   ${figure(units / 1_000 / both)} MB/s by the clock, ${(clock / both).toFixed(2)} times`,
  );
}

/** Milliseconds from when all threads are warm until the last is done; each makes its share itself. */
async function inThreads(megabytes: number, count: number): Promise<number> {
  const workers = Array.from(
    { length: count },
    (_, index) =>
      new Worker(new URL(import.meta.url), { workerData: { megabytes: megabytes / count, seed: index + 1 } }),
  );
  await Promise.all(workers.map((worker) => once(worker)));
  const started = performance.now();
  for (const worker of workers) worker.postMessage("go", []);
  await Promise.all(workers.map((worker) => once(worker)));
  const taken = performance.now() - started;
  await Promise.all(workers.map((worker) => worker.terminate()));
  return taken;
}

function once(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("error", reject);
  });
}

function work({ megabytes, seed }: { megabytes: number; seed: number }): void {
  const lines = transcript(megabytes, seed);
  sanitizeAndVerify(lines.slice(0, 400));
  parentPort?.once("message", () => {
    sanitizeAndVerify(lines);
    parentPort?.postMessage("done", []);
  });
  parentPort?.postMessage("ready", []);
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

function speedOf(json: string, run: () => unknown): number {
  const times = [1, 2].map(() => {
    const before = process.threadCpuUsage();
    run();
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

if (isMainThread) await main();
else work(workerData as { megabytes: number; seed: number }); // given above
