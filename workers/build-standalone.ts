import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";
import { explainError } from "./explain-error.ts";
import { nextBuild } from "./build-web.ts";

// Builds what the image of the web process holds into dist/web/standalone: Next's own server with the few packages that it needs, the
// files for browsers, the web process and its health check. Run there: `node workers/web.ts`.

const ROOT = resolve(import.meta.dirname, "..");
const BUILD = join("dist", "web");
const TARGET = join(ROOT, BUILD, "standalone");
const TSCONFIG = join(ROOT, "tsconfig.json");
/** Where lib/adapters/upload-reader-threads.ts looks for the program of its threads. */
const THREAD = "lib/adapters/upload-reader-thread";
/** What runs beside the traced files; none of it imports a package but `next`. */
const OWN_FILES = ["workers/web.ts", "workers/health.mjs", "workers/end-with-parent.ts", "lib/prepared.ts"];

try {
  rmSync(join(ROOT, BUILD), { recursive: true, force: true });
  // Next writes the folder of every build into it
  const compilerSettings = readFileSync(TSCONFIG);
  try {
    await nextBuild({ root: ROOT, env: { TRACE_SHARE_STANDALONE: "1" } });
  } finally {
    writeFileSync(TSCONFIG, compilerSettings);
  }
  assemble();
  await bundleThread();
  process.stdout.write(`${TARGET}\n`);
} catch (error) {
  const { lines, exitCode } = explainError(error);
  for (const line of lines) process.stderr.write(`build-standalone: ${line}\n`);
  process.exitCode = exitCode;
}

function assemble(): void {
  cpSync(join(ROOT, BUILD, "static"), join(TARGET, BUILD, "static"), { recursive: true });
  if (existsSync(join(ROOT, "public")))
    cpSync(join(ROOT, "public"), join(TARGET, "public"), { recursive: true });
  mkdirSync(join(TARGET, "workers"), { recursive: true });
  for (const path of OWN_FILES) cpSync(join(ROOT, path), join(TARGET, path));
  // Next copies the settings of whoever builds; an image holds nobody's
  for (const name of readdirSync(TARGET).filter((entry) => entry.startsWith(".env")))
    rmSync(join(TARGET, name));
  const packageFile = { private: true, type: "module", imports: { "#lib/*": "./lib/*" } };
  writeFileSync(join(TARGET, "package.json"), `${JSON.stringify(packageFile, null, 2)}\n`);
  // its own server listens before the database has been looked at
  rmSync(join(TARGET, "server.js"));
}

/** With everything that it imports: the pages have taken the same packages into their bundles. */
async function bundleThread(): Promise<void> {
  for (const folder of ["lib/adapters", "lib/domain"])
    rmSync(join(TARGET, folder), { recursive: true, force: true });
  const bundle = await rolldown({
    input: join(ROOT, `${THREAD}.ts`),
    platform: "node",
    cwd: ROOT,
    logLevel: "warn",
  });
  await bundle.write({ file: join(TARGET, `${THREAD}.mjs`), format: "esm", minify: true });
  await bundle.close();
  writeFileSync(join(TARGET, `${THREAD}.ts`), `import "./upload-reader-thread.mjs";\n`);
}
