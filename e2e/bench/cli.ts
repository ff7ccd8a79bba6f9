import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildCli } from "#cli/build.ts";
import { type Platform, startPlatform, TOKEN } from "#cli/testing/platform.ts";
import { CURRENT_CONSENT } from "#lib/domain/registry.ts";
import { growSession, type History, PROJECTS, writeHistory } from "./cli-history.ts";
import { figure, say } from "./sanitizer-speed.ts";

/**
 * `npm run bench:cli [-- --size MB] [--source-code]`: the whole of `run` over an invented history of several agents, as a program of its own
 * with a home of its own, without an external scanner: MB (10⁶ bytes of logs) a second by the clock and by processor time, the peak of its
 * memory, and when it first said something. First a dry run; then everything is sent to a platform of this program's own on loopback; then
 * both again, when nothing is new; and once more with one session grown. The built package is measured, or with `--source-code` the sources.
 */
const MEGABYTE = 1_000_000;
const MOST_MEMORY = 400;
const LEAST_SPEED = 20;
/** Seconds for a run that finds nothing new. */
const MOST_AGAIN = 3;
/** Said by the program itself when it ends, whatever the system: all its threads count. */
const TELL = `data:text/javascript,import{writeFileSync}from"node:fs";process.on("exit",()=>writeFileSync(process.env.BENCH_FIGURES,JSON.stringify(process.resourceUsage())))`;

type Usage = { maxRSS: number; userCPUTime: number; systemCPUTime: number };
type Ran = { seconds: number; processor: number; peak: number; firstSaid: number; said: string };
/** The program, whose home it is, and the platform that it sends to. */
type Bench = { program: string; home: string; platform: string };

const DRY = ["--dry-run"];
const SEND = ["--yes", "--review"];

const { values } = parseArgs({
  options: { size: { type: "string", default: "1000" }, "source-code": { type: "boolean", default: false } },
});
await main(Number(values.size));

async function main(megabytes: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "trace-share-bench-"));
  const platform = await startPlatform();
  try {
    const program = await programIn(folder);
    const home = join(folder, "person");
    const history = writeHistory(home, megabytes * MEGABYTE);
    say(
      `history: ${figure(history.bytes / MEGABYTE)} MB, ${history.sessions} sessions, ${history.prompts} prompts`,
    );
    await measure({ program, home, platform: platform.url }, { history, platform });
  } finally {
    await platform.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  bench: Bench,
  { history, platform }: { history: History; platform: Platform },
): Promise<void> {
  const size = history.bytes / MEGABYTE;
  start(bench, ["consent", "init", "--license", "CC0-1.0", "--accept-text", CURRENT_CONSENT.version]);
  start(bench, ["projects", "allow", PROJECTS, "no-folder:gemini_cli"]);
  tellMachine();
  const first = await run(bench, DRY);
  tellMachine();
  const found = counter(first, "produced_docs");
  // every prompt of the history is a window, and a long one is several
  if (!(found >= history.prompts)) throw new Error(`${found} episodes of ${history.prompts} prompts`);
  tell("first dry run", first, size);
  const sent = await run(bench, SEND);
  if (counter(sent, "uploaded_docs") !== found) throw new Error("not everything was sent");
  tell("everything sent", sent, size);
  const { requests } = platform;
  say(`requests: ${requests} for ${platform.owned.size} episodes`);
  for (const flags of [DRY, SEND]) {
    const again = await run(bench, flags);
    if (counter(again, "skipped_existing_docs") !== found || platform.requests !== requests) {
      throw new Error("a run with nothing new offered something");
    }
    tellAgain(`nothing new, ${flags.join(" ")}`, again);
  }
  const grown = growSession(bench.home);
  const more = await run(bench, DRY);
  if (counter(more, "would_upload_docs") !== grown)
    throw new Error(`${counter(more, "would_upload_docs")} new episodes of a session that grew by one`);
  tellAgain("one session grown, --dry-run", more);
}

/** What a shared machine gives at this moment, so that runs of different hours can be compared. */
function tellMachine(): void {
  const text = JSON.stringify(
    Array.from({ length: 200_000 }, (_, n) => ({ n, text: `line ${n} of a text` })),
  );
  const started = performance.now();
  for (let time = 0; time < 10; time += 1) JSON.parse(text);
  const seconds = (performance.now() - started) / 1_000;
  say(`this machine: ${figure((10 * text.length) / MEGABYTE / seconds)} MB/s of JSON parsed on one core`);
}

function counter(ran: Ran, name: string): number {
  return Number(new RegExp(String.raw`^${name}=(\d+)`, "m").exec(ran.said)?.[1]);
}

function tellAgain(name: string, ran: Ran): void {
  say(
    `${name}: ${figure(ran.seconds)} s by the clock${ran.seconds > MOST_AGAIN ? " (slow)" : ""}, ` +
      `${figure(ran.processor)} s of processor time; peak ${figure(ran.peak)} MB; first word after ${figure(ran.firstSaid)} s`,
  );
}

async function programIn(folder: string): Promise<string> {
  if (values["source-code"]) return fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
  await buildCli(join(folder, "package"));
  return join(folder, "package", "main.mjs");
}

function tell(name: string, ran: Ran, size: number): void {
  const speed = size / ran.seconds;
  say(
    `${name}: ${figure(ran.seconds)} s by the clock, ${figure(speed)} MB/s${speed < LEAST_SPEED ? " (slow)" : ""}; ` +
      `${figure(ran.processor)} s of processor time, ${figure(size / ran.processor)} MB/s; ` +
      `peak ${figure(ran.peak)} MB${ran.peak > MOST_MEMORY ? " (too much)" : ""}; ` +
      `first word after ${figure(ran.firstSaid)} s`,
  );
}

function environment({ home, platform }: Bench): NodeJS.ProcessEnv {
  return {
    HOME: home,
    PATH: "/usr/bin:/bin",
    TERM: "xterm",
    NODE_ENV: "production",
    BENCH_FIGURES: join(home, "figures"),
    TRACE_SHARE_WORKER_BASE_URL: platform,
    TRACE_SHARE_WORKER_API_TOKEN: TOKEN,
    TRACE_SHARE_ALLOW_INSECURE_HTTP: "1",
  };
}

function start(bench: Bench, argv: readonly string[]): void {
  const options = { env: environment(bench), encoding: "utf8" } as const;
  const made = spawnSync(process.execPath, [bench.program, ...argv], options);
  if (made.status !== 0) throw new Error(`the program ended with ${made.status}: ${made.stderr}`);
}

/** On a terminal of its own, made by `script`: only there the program tells how far it is. */
function run(bench: Bench, flags: readonly string[]): Promise<Ran> {
  const { program, home } = bench;
  const argv = [process.execPath, "--import", `'${TELL}'`, program, "run", ...flags, "--scanner", "off"];
  const started = performance.now();
  const child = spawn("script", ["-qec", argv.join(" "), "/dev/null"], {
    env: environment(bench),
    stdio: ["pipe", "pipe", "inherit"],
  });
  let said = "";
  let firstSaid = Number.NaN;
  child.stdout.on("data", (piece: Buffer) => {
    if (Number.isNaN(firstSaid)) firstSaid = (performance.now() - started) / 1_000;
    said += piece.toString("utf8");
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject); // no `script` here
    child.on("close", (code) => {
      const seconds = (performance.now() - started) / 1_000;
      if (code !== 0) return reject(new Error(`the program ended with ${code}`));
      const usage = JSON.parse(readFileSync(join(home, "figures"), "utf8")) as Usage; // written above
      resolve({
        seconds,
        processor: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
        peak: (usage.maxRSS * 1_024) / MEGABYTE,
        firstSaid,
        said: said.replaceAll("\r", ""),
      });
    });
  });
}
