import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isAlive } from "./embedded-postgres/postmaster.ts";
import { type KeptProcess, keepRunning } from "./keep-running.ts";
import { endLeftovers, readRunRecord, writeRunRecord } from "./run-record.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

const RUN = "run-of-a-test";
let folder: ReturnType<typeof temporaryFolder>;
let kept: KeptProcess | undefined;

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await kept?.stop();
  kept = undefined;
  folder.remove();
});

/** Starts a process that writes its pid and waits; answers the pids it was started with, as they come. */
function keep(source = "setInterval(() => {}, 1000);"): { pids: number[]; lines: string[] } {
  const seen = { pids: [] as number[], lines: [] as string[] };
  const script = join(folder.path, "child.mjs");
  writeFileSync(script, `console.log(process.env.GREETING); ${source}`);
  const plan = {
    name: "child",
    args: [script],
    cwd: folder.path,
    env: { PATH: process.env["PATH"], GREETING: "hello", TRACE_SHARE_RUN: RUN, NODE_ENV: "test" as const },
    logFile: join(folder.path, "child.log"),
  };
  kept = keepRunning(plan, {
    onStart: (_name, pid) => seen.pids.push(pid),
    onLog: (line) => seen.lines.push(line),
  });
  return seen;
}

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !condition(); await sleep(20)) {
    if (Date.now() > deadline) throw new Error("did not happen within 10 s");
  }
}

const log = () => readFileSync(join(folder.path, "child.log"), "utf8");

test("a killed process is started again and says so", async () => {
  const seen = keep();
  await until(() => log().includes("hello"));
  process.kill(seen.pids[0]!, "SIGKILL");
  await until(() => seen.pids.length === 2);
  expect(seen.lines).toEqual(["child ended (SIGKILL); starting it again in 250 ms"]);
  expect(kept?.failures()).toBe(1);
});

test("a process gets another environment by being started anew, which is no failure", async () => {
  const seen = keep();
  await until(() => log().includes("hello"));
  await kept?.replaceEnv({ PATH: process.env["PATH"], GREETING: "moved", NODE_ENV: "test" });
  await until(() => log().includes("moved"));
  expect(isAlive(seen.pids[0]!)).toBe(false);
  expect(seen.lines).toEqual([]);
});

test("a stopped process stays stopped", async () => {
  const seen = keep();
  await kept?.stop();
  expect(isAlive(seen.pids[0]!)).toBe(false);
  await sleep(400);
  expect(seen.pids).toHaveLength(1);
});

test.skipIf(process.platform !== "linux")(
  "a hung process of a killed run is ended by the next start, somebody else's process is not (needs /proc)",
  async () => {
    const seen = keep("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);");
    await until(() => log().includes("hello"));
    const [pid] = seen.pids;
    writeRunRecord(folder.path, { run: "another run", supervisor: 1, children: [pid!, process.pid] });
    await endLeftovers(folder.path);
    expect(isAlive(pid!)).toBe(true);
    writeRunRecord(folder.path, { run: RUN, supervisor: 1, children: [pid!, process.pid] });
    await endLeftovers(folder.path);
    await until(() => seen.lines.length > 0);
    expect(seen.lines[0]).toMatch(/SIGKILL/);
  },
);

test("a run record that is damaged counts as none", () => {
  writeFileSync(join(folder.path, "platform.json"), '{"run": 7}');
  expect(readRunRecord(folder.path)).toBeUndefined();
});
