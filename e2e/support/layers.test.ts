import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** One import per layer that the house forbids, and one that it allows (docs/architecture.md). */
const LAYERS = [
  { file: "lib/domain/planted.ts", forbidden: "node:fs", allowed: "zod" },
  { file: "lib/domain/planted.ts", forbidden: "#lib/services/ingest.ts", allowed: "#lib/domain/errors.ts" },
  { file: "lib/ports/planted.ts", forbidden: "zod", allowed: "#lib/domain/errors.ts" },
  { file: "lib/services/planted.ts", forbidden: "#lib/adapters/zstd.ts", allowed: "#lib/ports/deps.ts" },
  { file: "lib/services/planted.ts", forbidden: "#db/store.ts", allowed: "#lib/domain/errors.ts" },
  { file: "lib/adapters/planted.ts", forbidden: "#lib/services/ingest.ts", allowed: "#lib/ports/store.ts" },
  { file: "lib/config.ts", forbidden: "node:fs", allowed: "zod" },
  { file: "lib/container.ts", forbidden: "#lib/services/ingest.ts", allowed: "#lib/adapters/zstd.ts" },
  { file: "db/planted.ts", forbidden: "#lib/services/ingest.ts", allowed: "drizzle-orm" },
  { file: "workers/planted.ts", forbidden: "#lib/adapters/zstd.ts", allowed: "#lib/services/ingest.ts" },
  { file: "app/planted.ts", forbidden: "#db/store.ts", allowed: "#lib/services/ingest.ts" },
  { file: "app/_components/planted.ts", forbidden: "#lib/services/ingest.ts", allowed: "react" },
  { file: "cli/planted.ts", forbidden: "next", allowed: "#lib/domain/errors.ts" },
  { file: "cli/planted.ts", forbidden: "../lib/domain/errors.ts", allowed: "node:fs" },
];

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "trace-share-layers-"));

/** Lints one file with one import, in a copy of the rules; says whether the import rule let it pass. */
function passes(file: string, specifier: string): boolean {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `import * as planted from "${specifier}";\nexport { planted };\n`);
  const result = spawnSync(
    process.execPath,
    [join(root, "node_modules/oxlint/bin/oxlint"), "--format=json", "."],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  rmSync(path);
  return !result.stdout.includes("no-restricted-imports");
}

beforeAll(() => copyFileSync(join(root, ".oxlintrc.json"), join(folder, ".oxlintrc.json")));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the linter", () => {
  it.each(LAYERS)("refuses $forbidden in $file and accepts $allowed", ({ file, forbidden, allowed }) => {
    expect(passes(file, forbidden)).toBe(false);
    expect(passes(file, allowed)).toBe(true);
  });

  it("fails the run when a forbidden import is there", () => {
    writeFileSync(join(folder, "lib/domain/planted.ts"), 'export { readFile } from "node:fs/promises";\n');
    const bin = join(root, "node_modules/oxlint/bin/oxlint");
    expect(spawnSync(process.execPath, [bin, "."], { cwd: folder }).status).not.toBe(0);
  });
});
