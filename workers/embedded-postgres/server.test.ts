import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "#workers/testing/temporary-folder.ts";
import { rotateDatabasePassword } from "./rotate-password.ts";
import { type EmbeddedOptions, type EmbeddedServer, startEmbedded } from "./server.ts";

type Folder = ReturnType<typeof temporaryFolder>;

async function query(server: EmbeddedServer, statement: string): Promise<readonly unknown[]> {
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  try {
    return [...(await sql.unsafe(statement))];
  } finally {
    await sql.end();
  }
}

describe("the embedded PostgreSQL", () => {
  let folder: Folder;
  let servers: EmbeddedServer[];

  beforeEach(() => {
    folder = temporaryFolder();
    servers = [];
  });

  afterEach(async () => {
    for (const server of servers) await server.release();
    folder.remove();
  });

  async function start(options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedServer> {
    const server = await startEmbedded({ dataDir: join(folder.path, "data"), durable: false, ...options });
    servers.push(server);
    return server;
  }

  test("its password can be replaced while nobody uses it, also one that was lost", async () => {
    const data = join(folder.path, "data");
    const before = await start();
    await query(before, "create table kept (n int)");
    await expect(rotateDatabasePassword(data)).rejects.toMatchObject({ code: "configuration_invalid" });
    await before.release();
    rmSync(join(data, "secrets", "postgres-password"));
    await rotateDatabasePassword(data);
    const after = await start();
    expect(new URL(after.url).password).not.toBe(new URL(before.url).password);
    expect(await query(after, "select count(*)::int as n from kept")).toEqual([{ n: 0 }]);
  });

  test("two starts at once make one server; the last to leave stops it", async () => {
    const [first, second] = await Promise.all([start(), start()]);
    expect(first.pid).toBe(second.pid);
    expect(first.attached).toBe(!second.attached);
    expect(await query(first, "SELECT current_setting('server_encoding') AS encoding")).toEqual([
      { encoding: "UTF8" },
    ]);
    expect(statSync(join(folder.path, "data", "secrets", "postgres-password")).mode & 0o777).toBe(0o600);
    await first.release();
    expect(second.isAlive()).toBe(true);
    await second.release();
    expect(second.isAlive()).toBe(false);
  });

  test("a killed server is recovered by the next start, on its port, with every committed row", async () => {
    const killed = await start();
    await query(killed, "CREATE TABLE kept AS SELECT 41 + 1 AS answer");
    process.kill(killed.pid, "SIGKILL");
    const again = await start({ wantedPort: killed.port });
    expect(again.attached).toBe(false);
    expect(again.port).toBe(killed.port);
    expect(killed.isAlive()).toBe(false);
    expect(await query(again, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
  });

  test("a pid file that names somebody else's process is stale", async () => {
    await (await start()).release();
    const lines = [
      process.pid,
      join(folder.path, "data", "postgres"),
      1,
      5432,
      "",
      "127.0.0.1",
      "1 1",
      "ready",
    ];
    writeFileSync(join(folder.path, "data", "postgres", "postmaster.pid"), `${lines.join("\n")}\n`);
    chmodSync(join(folder.path, "data", "postgres", "postmaster.pid"), 0o666);
    await expect(start()).resolves.toMatchObject({ attached: false });
  });

  test("a port that is taken is not waited for", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const address = taken.address();
    const wantedPort = typeof address === "object" && address ? address.port : 0;
    const server = await start({ wantedPort });
    expect(server.port).not.toBe(wantedPort);
    taken.close();
  });

  test("data of another major version is refused in one line", async () => {
    mkdirSync(join(folder.path, "data", "postgres"), { recursive: true });
    writeFileSync(join(folder.path, "data", "postgres", "PG_VERSION"), "16\n");
    mkdirSync(join(folder.path, "data", "secrets"));
    writeFileSync(join(folder.path, "data", "secrets", "postgres-password"), "x".repeat(43));
    await expect(start()).rejects.toThrow(
      /^configuration_invalid: .* holds data of PostgreSQL 16 .*backup.*$/,
    );
  });

  test("a folder of other files is refused and left alone", async () => {
    const precious = join(folder.path, "data", "postgres", "precious.txt");
    mkdirSync(join(folder.path, "data", "postgres"), { recursive: true });
    writeFileSync(precious, "mine");
    await expect(start()).rejects.toThrow(/no PostgreSQL data/);
    expect(statSync(precious).size).toBe(4);
  });

  test("a lost password is named, not overwritten", async () => {
    await (await start()).release();
    rmSync(join(folder.path, "data", "secrets", "postgres-password"));
    await expect(start()).rejects.toThrow(/postgres-password is missing/);
  });
});
