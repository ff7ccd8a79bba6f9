import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { freePort } from "#workers/embedded-postgres/free-port.ts";
import { findPostmaster, isAlive } from "#workers/embedded-postgres/postmaster.ts";
import { readRunRecord } from "#workers/run-record.ts";

// `npm start` as an operator meets it: the real processes, on data of their own, with the web pages that are built already.

const ROOT = resolve(import.meta.dirname, "..", "..");

type Run = { process: ChildProcess; output(): string; ended: Promise<number | null> };

test.describe.configure({ mode: "serial" });

let folder: string;
let dataDir: string;
let port: number;
let run: Run | undefined;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "trace-share-start-"));
  chmodSync(folder, 0o711);
  dataDir = join(folder, "data");
  port = await freePort();
});

test.afterAll(async () => {
  run?.process.kill("SIGTERM");
  await run?.ended;
  rmSync(folder, { recursive: true, force: true });
});

/** What `npm start` runs, without the platform's other settings of this environment. */
function start(settings: Readonly<Record<string, string>> = {}): Run {
  const child = spawn(process.execPath, ["workers/bootstrap.mjs", "workers/start.ts"], {
    cwd: ROOT,
    env: {
      PATH: process.env["PATH"],
      NODE_ENV: "production",
      PORT: String(port),
      DATA_DIR: dataDir,
      ...settings,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += String(data)));
  const ended = new Promise<number | null>((done) => child.once("close", done));
  return { process: child, output: () => output, ended };
}

async function startAndWait(): Promise<void> {
  run = start();
  await expect.poll(() => run?.output(), { timeout: 30_000 }).toContain("ready on");
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
}

/** Everything of the instance that is alive now. */
function processes(): { supervisor: number; children: number[]; database: number } {
  const record = readRunRecord(dataDir);
  const database = findPostmaster(join(dataDir, "postgres"));
  if (!record || !database) throw new Error("the instance is not running");
  return { supervisor: record.supervisor, children: record.children, database: database.pid };
}

test("a warm start answers and SIGTERM leaves nothing behind", async () => {
  await startAndWait();
  run?.process.kill("SIGTERM");
  expect(await run?.ended).toBe(0);
  await startAndWait();
  const { supervisor, children, database } = processes();
  run?.process.kill("SIGTERM");
  expect(await run?.ended).toBe(0);
  expect([supervisor, ...children, database].filter(isAlive)).toEqual([]);
});

test("web, worker and database come back when they are killed", async () => {
  await startAndWait();
  const before = processes();
  for (const pid of [...before.children, before.database]) process.kill(pid, "SIGKILL");
  await expect
    .poll(() => run?.output().match(/starting it again/g)?.length, { timeout: 15_000 })
    .toBe(before.children.length + 1);
  await expect
    .poll(async () => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.status, {
      timeout: 20_000,
    })
    .toBe(200);
});

test("a start after the supervisor was killed takes over, and a second one beside it is refused", async () => {
  const before = processes();
  process.kill(before.supervisor, "SIGKILL");
  await run?.ended;
  await startAndWait();
  const after = processes();
  expect(after.supervisor).not.toBe(before.supervisor);
  expect(before.children.filter(isAlive)).toEqual([]);
  const second = start();
  expect(await second.ended).toBe(78);
  expect(second.output()).toMatch(
    /^trace-share: DATA_DIR .* is in use by a trace-share that is running.*\n$/,
  );
  const beside = start({ DATA_DIR: join(folder, "other") });
  expect(await beside.ended).toBe(78);
  expect(beside.output()).toBe(
    `trace-share: Port ${port} on 127.0.0.1 is taken by another program: stop it, or choose another port, for example PORT=${port + 1}.\n`,
  );
});

test("wrong settings are one plain line each and nothing is started", async () => {
  const wrong = start({ PORT: "none", RELEASE_POLICY: "sometimes", DATA_DIR: join(folder, "never") });
  expect(await wrong.ended).toBe(78);
  expect(wrong.output().trim().split("\n")).toEqual([
    "trace-share: PORT must be a number from 1 to 65535, for example PORT=3000.",
    "trace-share: RELEASE_POLICY must be one of review_all, trusted, auto.",
  ]);
  expect(() => readFileSync(join(folder, "never", "platform.json"))).toThrow();
});
