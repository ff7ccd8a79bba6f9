import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "#db/testing/database.ts";
import { loadConfig } from "#lib/config.ts";
import { createDeps, prepareJobs } from "#lib/container.ts";
import { freePort } from "./embedded-postgres/free-port.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

let folder: ReturnType<typeof temporaryFolder>;
let database: TestDatabase;
beforeEach(async () => {
  folder = temporaryFolder(0o700);
  database = await testDatabase();
  await prepareJobs(database.url);
});
afterEach(async () => {
  await database.drop();
  folder.remove();
});

const settings = () => ({
  DATA_DIR: join(folder.path, "data"),
  DATABASE_URL: database.url,
  NEXTAUTH_SECRET: "s".repeat(32),
});

async function runSql(statement: string): Promise<void> {
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  await sql.unsafe(statement);
  await sql.end();
}

/** A worker process of its own; its log and its exit code. */
function startWorker(env: Record<string, string>, awaited = "worker.ready") {
  const child = spawn(process.execPath, ["workers/main.ts"], {
    cwd: resolve(import.meta.dirname, ".."),
    env: { NODE_ENV: "production", PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const output = text(child.stderr);
  const ready = new Promise<void>((done) => {
    child.stderr.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes(awaited)) done();
    });
  });
  return {
    child,
    ready,
    ended: once(child, "exit").then(async ([code]) => ({ code, output: await output })),
  };
}

/** By the program that a container runs. */
async function isHealthy(address: string): Promise<boolean> {
  const child = spawn(process.execPath, ["workers/health.mjs", address], { stdio: "ignore" });
  const [code] = await once(child, "exit");
  return code === 0;
}

describe("worker process", () => {
  test("becomes ready and ends cleanly when told to", async () => {
    const worker = startWorker(settings());
    await worker.ready;
    const began = Date.now();
    worker.child.kill("SIGTERM");
    expect(await worker.ended).toMatchObject({ code: 0, output: expect.stringContaining("worker.stopping") });
    expect(Date.now() - began).toBeLessThan(6000);
  });

  test("waits for a database that nobody has migrated, and may be told to end meanwhile", async () => {
    await runSql("truncate drizzle.__drizzle_migrations");
    const worker = startWorker(settings(), "waiting:");
    await worker.ready;
    worker.child.kill("SIGTERM");
    const { code, output } = await worker.ended;
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringMatching(
        /^trace-share worker: waiting: the database has schema 0 .*migrate`\.\n$/,
      ),
    });
  });

  test("is well by its health check while its database takes writes, not while it waits or the database is closed", async () => {
    const METRICS_PORT = String(await freePort());
    const isWell = () => isHealthy(`http://127.0.0.1:${METRICS_PORT}/healthz`);
    await runSql("alter table drizzle.__drizzle_migrations rename to later");
    const worker = startWorker({ ...settings(), METRICS_PORT }, "waiting:");
    await worker.ready;
    expect(await isWell()).toBe(false);
    await runSql("alter table drizzle.later rename to __drizzle_migrations");
    while (!(await isWell())) await sleep(100);
    await database.drop();
    while (await isWell()) await sleep(100);
    worker.child.kill("SIGTERM");
    await worker.ended;
  });

  test("says what is missing and ends with a code of its own", async () => {
    const { code, output } = await startWorker({ ...settings(), DATABASE_URL: "" }).ended;
    expect(code).toBe(78);
    expect(output).toMatch(/^trace-share worker: DATABASE_URL is not set\..*\n$/);
  });

  test("refuses to work with a never-forget log that ends too early", async () => {
    const { deps, close } = await createDeps(loadConfig({ ...settings(), LOG_LEVEL: "silent" }));
    await deps.store.instance.write({ permanenceHead: { seq: 3, hash: "c".repeat(64) } });
    await close();
    const { code, output } = await startWorker(settings()).ended;
    expect(code).toBe(1);
    expect(output).toContain("the database remembers entry 3");
    expect(output).not.toContain("worker.ready");
  });
});
