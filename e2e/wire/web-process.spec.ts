import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "@playwright/test";
import postgres from "postgres";
import { freePort } from "#workers/embedded-postgres/free-port.ts";
import { test } from "./instance.ts";

// The web process alone, as a container runs it: over the database of the running platform, or an empty one beside it.

/** A start takes a second, on a machine that does nothing else. */
const patient = { timeout: 60_000 };
test.setTimeout(240_000);

const ROOT = resolve(import.meta.dirname, "../..");

/** A bucket has one owner, and another database is another instance. */
const NO_BUCKET = Object.fromEntries(
  ["BUCKET", "ENDPOINT", "REGION", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY"].map((name) => [`S3_${name}`, ""]),
);

/** The environment of the running platform's own web process, on another port. */
async function environment(more: Record<string, string> = {}): Promise<NodeJS.ProcessEnv> {
  // what the global setup of this very run has written
  const env = JSON.parse(process.env["WALK_ENV"] ?? "{}") as Record<string, string>;
  return {
    ...env,
    NODE_ENV: "production",
    PATH: process.env["PATH"] ?? "",
    PORT: String(await freePort()),
    METRICS_PORT: "",
    ...more,
  };
}

function startWeb(env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ["workers/web.ts"], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const lines: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (said: string) => lines.push(said));
  return {
    child,
    said: () => lines.join(""),
    ended: once(child, "exit").then(([code]) => code as number | null),
  };
}

function health(env: NodeJS.ProcessEnv): { status: number | null; said: string } {
  const { status, stdout } = spawnSync(process.execPath, ["workers/health.mjs", "readyz"], {
    cwd: ROOT,
    env,
  });
  return { status, said: stdout.toString() };
}

/** A request whose body is still under way: it is in the server's hands once the first answer bytes come. */
async function halfRequest(env: NodeJS.ProcessEnv): Promise<{ socket: Socket; finish(): void }> {
  const socket = connect(Number(env["PORT"]), "127.0.0.1");
  await once(socket, "connect");
  const head = [
    "POST /v1/episodes HTTP/1.1",
    "host: 127.0.0.1",
    "authorization: Bearer none",
    "content-length: 2",
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n{`);
  return { socket, finish: () => void socket.write("}") };
}

test("serves nothing before the database has its schema, and then everything", async ({
  instance: _instance,
}) => {
  const empty = new URL((await environment())["DATABASE_URL"] ?? "");
  const sql = postgres(empty.href, { max: 1, onnotice: () => {} });
  const name = `late_${process.pid}`;
  await sql.unsafe(`create database ${name}`);
  empty.pathname = `/${name}`;
  const env = await environment({ DATABASE_URL: empty.href, ...NO_BUCKET });
  const web = startWeb(env);
  try {
    await expect.poll(web.said, patient).toContain("waiting: the database has schema 0");
    expect(health(env)).toMatchObject({ status: 1, said: "readyz: no answer\n" });
    const migrated = spawnSync(process.execPath, ["workers/admin.ts", "migrate"], { cwd: ROOT, env });
    expect(migrated.stdout.toString(), migrated.stderr.toString()).toBe("database: up to date\n");
    await expect.poll(web.said, patient).toContain("listening on");
    await expect
      .poll(() => health(env), patient)
      .toMatchObject({ status: 0, said: expect.stringContaining("readyz: 200 ") });
  } finally {
    web.child.kill("SIGTERM");
  }
  expect(await web.ended).toBe(0);
  await sql.unsafe(`drop database ${name} with (force)`);
  await sql.end();
});

test("told to end, it takes nothing new, finishes what it has, and ends with 0", async ({
  instance: _instance,
}) => {
  const env = await environment();
  const web = startWeb(env);
  await expect.poll(web.said, patient).toContain("listening on");
  const { socket, finish } = await halfRequest(env);
  await expect.poll(() => health(env).status, patient).toBe(0);
  web.child.kill("SIGTERM");
  await expect.poll(() => health(env).status, patient).toBe(1);
  finish();
  expect(await text(socket)).toMatch(/^HTTP\/1.1 401 /);
  expect(await web.ended).toBe(0);
});

test("told twice, it ends at once", async ({ instance: _instance }) => {
  const env = await environment();
  const web = startWeb(env);
  await expect.poll(web.said, patient).toContain("listening on");
  const { socket } = await halfRequest(env);
  socket.on("error", () => {});
  await expect.poll(() => health(env).status, patient).toBe(0);
  web.child.kill("SIGTERM");
  await expect.poll(() => health(env).status, patient).toBe(1);
  web.child.kill("SIGTERM");
  expect(await web.ended).toBe(1);
});

test("a wrong setting is one plain line and exit code 78", async ({ instance: _instance }) => {
  const secret = join("no", "such", "file");
  const web = startWeb(await environment({ NEXTAUTH_SECRET: "", NEXTAUTH_SECRET_FILE: secret }));
  expect(await web.ended).toBe(78);
  expect(web.said()).toBe("trace-share web: NEXTAUTH_SECRET_FILE names a file that does not exist.\n");
});
