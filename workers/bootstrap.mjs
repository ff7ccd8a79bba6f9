// Plain JavaScript without dependencies, for any Node from 18 on: installs what is missing, then hands over to the Node that
// the project pins. Called by the scripts in package.json as `node workers/bootstrap.mjs FILE.ts [ARGUMENTS]`.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installReason } from "./install-state.mjs";

const NEEDED_MAJOR = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const [script, ...args] = process.argv.slice(2);
if (!script) fail("usage: node workers/bootstrap.mjs FILE.ts [ARGUMENTS]");
installIfNeeded();
run(pinnedNode());

function installIfNeeded() {
  const installed = join("node_modules", ".package-lock.json");
  const reason = installReason(
    readFileSync("package-lock.json", "utf8"),
    existsSync(installed) ? readFileSync(installed, "utf8") : undefined,
    { needsDevelopment: script.startsWith("e2e/") },
  );
  if (!reason) return;
  // Standard output belongs to the script: `npm run -s admin -- token create` is read by other programs.
  process.stderr.write(`[setup] ${reason}: running npm ci (one to two minutes the first time)\n`);
  const began = Date.now();
  // The Node that is pinned is a development package, so NODE_ENV=production must not leave it out.
  const status = npm(["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"]);
  if (status !== 0) fail("npm ci failed; its message is above. Run it by hand and start again.");
  process.stderr.write(`[setup] installed in ${Math.round((Date.now() - began) / 1000)} s\n`);
}

/** Runs the npm that runs us, or the one in PATH. */
function npm(npmArgs) {
  const cli = process.env.npm_execpath;
  const own = cli && /^npm-cli\.c?js$/.test(basename(cli)) && existsSync(cli);
  const stdio = ["inherit", 2, 2];
  const result = own
    ? spawnSync(process.execPath, [cli, ...npmArgs], { stdio })
    : spawnSync("npm", npmArgs, { stdio, shell: process.platform === "win32" });
  return result.status ?? 1;
}

function pinnedNode() {
  const name = process.platform === "win32" ? "node.exe" : "node";
  const pinned = join(root, "node_modules", "node", "bin", name);
  if (existsSync(pinned)) return pinned;
  if (Number(process.versions.node.split(".")[0]) >= NEEDED_MAJOR) return process.execPath;
  return fail(
    `Node ${NEEDED_MAJOR} came not with the packages (were install scripts blocked?): run \`npm rebuild node\`, or use Node ${NEEDED_MAJOR} or later.`,
  );
}

function run(node) {
  const env = {
    ...process.env,
    PATH: [join(root, "node_modules", ".bin"), process.env.PATH].filter(Boolean).join(delimiter),
    NEXT_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
  };
  // The fourth channel carries nothing; it closes when we are killed, and the platform then ends by itself.
  const child = spawn(node, [script, ...args], { stdio: ["inherit", "inherit", "inherit", "ipc"], env });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  endWithNpm(() => child.kill("SIGTERM"));
  child.once("error", (error) => fail(`${script} could not be started: ${error.message}`));
  child.once("exit", (code, signal) => {
    if (!signal) process.exit(code ?? 1);
    // Ends the way the child ended, so that the caller sees the same.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/**
 * npm answers SIGTERM by ending its shell and itself, and the shell passes no signal on: the end of either is the signal.
 * Without npm nobody is watched, because a terminal may well close before its programs.
 */
function endWithNpm(end) {
  if (!process.env.npm_lifecycle_event) return;
  const callers = npmProcesses();
  const timer = setInterval(() => {
    if (npmProcesses() === callers) return;
    clearInterval(timer);
    end();
  }, 200);
}

/** Our parent, and its parent where the first is npm's shell and the system tells. */
function npmProcesses() {
  const parent = process.ppid;
  try {
    const [name, rest] = readFileSync(`/proc/${parent}/stat`, "utf8").split(/[()]/).slice(1);
    return name.endsWith("sh") ? `${parent} ${rest.trim().split(" ")[1]}` : String(parent);
  } catch {
    return String(parent);
  }
}

function fail(message) {
  process.stderr.write(`trace-share: ${message}\n`);
  return process.exit(1);
}
