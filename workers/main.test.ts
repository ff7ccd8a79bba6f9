import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "#db/testing/database.ts";
import { loadConfig } from "#lib/config.ts";
import { createDeps, prepareJobs } from "#lib/container.ts";
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

/** A worker process of its own; its log and its exit code. */
function startWorker(env: Record<string, string>) {
  const child = spawn(process.execPath, ["workers/main.ts"], {
    cwd: resolve(import.meta.dirname, ".."),
    env: { NODE_ENV: "production", PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const output = text(child.stderr);
  const ready = new Promise<void>((done) => {
    child.stderr.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("worker.ready")) done();
    });
  });
  return {
    child,
    ready,
    ended: once(child, "exit").then(async ([code]) => ({ code, output: await output })),
  };
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
