import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { OUTPUT_VARIABLE } from "#cli/testing/canaries.ts";
import { loadConfig } from "#lib/config.ts";
import { freePort, isPortFree } from "#workers/embedded-postgres/free-port.ts";
import { runPlatform } from "#workers/supervisor.ts";
import { type ProcessOutput } from "./platform-processes.ts";
import { startTwoOfEach } from "./two-of-each.ts";

/** Where the platform's output is kept for whoever looks into a failed walk. */
const LOG_COPY = resolve(import.meta.dirname, "..", "..", "test-results", "platform.log");

type Settings = Readonly<Record<string, string>>;

/** What tests need of a running platform. `webs` has addresses where there are two of each. */
type Running = {
  url: string;
  env: Settings;
  webs: readonly string[];
  /** The port of each process's metrics. */
  metrics: readonly number[];
  stop(): Promise<void>;
};

/**
 * Playwright's global setup: the whole platform on a free port, with data of its own in the system's temporary folder; with
 * `TEST_TWO_OF_EACH=files` or `=bucket`, two web and two worker processes behind one address (npm run test:two). The walks find
 * it by WALK_URL (pages), WALK_ENV (JSON: the environment for operator commands on this instance) and WALK_METRICS (JSON: ports);
 * tests of two of each find each web process by WALK_WEBS.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "trace-share-walks-"));
  chmodSync(folder, 0o711);
  const logFile = join(folder, "platform.log");
  const settings = {
    PORT: String(await freePort()),
    DATA_DIR: join(folder, "data"),
    RELEASE_POLICY: "auto",
    INSTANCE_NAME: "trace-share walks",
  };
  const onLog = (line: string): void => void process.stdout.write(`[platform] ${line}\n`);
  const platform = await start(settings, { logFile, onLog }).catch((error: unknown) => {
    keepLog(logFile);
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  process.env["WALK_URL"] = platform.url;
  process.env["WALK_ENV"] = JSON.stringify(platform.env);
  process.env["WALK_WEBS"] = JSON.stringify(platform.webs);
  process.env["WALK_METRICS"] = JSON.stringify(platform.metrics);
  return async () => {
    await platform.stop();
    keepLog(logFile);
    rmSync(folder, { recursive: true, force: true });
  };
}

async function start(settings: Settings, output: ProcessOutput): Promise<Running> {
  const objects = process.env["TEST_TWO_OF_EACH"];
  if (!objects) {
    const port = await freePortPair();
    const config = loadConfig({ ...settings, METRICS_PORT: String(port) });
    return { ...(await runPlatform({ config, ...output })), webs: [], metrics: [port, port + 1] };
  }
  if (objects !== "files" && objects !== "bucket") throw new Error("TEST_TWO_OF_EACH is files or bucket");
  return startTwoOfEach({ settings, objects, output });
}

/** A free port with another one after it: metrics of web and worker. */
async function freePortPair(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port < 65_535 && (await isPortFree(port + 1, "127.0.0.1"))) return port;
  }
}

function keepLog(logFile: string): void {
  if (!existsSync(logFile)) return;
  const output = process.env[OUTPUT_VARIABLE];
  // an instance without mail says sign-in links on purpose, to the operator's console alone
  const said = readFileSync(logFile, "utf8").replaceAll(
    /\/api\/auth\/callback\/email\?\S+/g,
    "(a sign-in link)",
  );
  if (output !== undefined) writeFileSync(join(output, `platform-${process.pid}.log`), said);
  mkdirSync(join(LOG_COPY, ".."), { recursive: true });
  copyFileSync(logFile, LOG_COPY);
}
