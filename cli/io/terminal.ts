import { spawn } from "node:child_process";
import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { onInterrupt, sleep } from "./interrupt.ts";
import { safeForTerminal, safeJson, safeLine } from "./safe-text.ts";
import { asTyped, startedAs } from "./started-as.ts";

/** Everything that a command may touch outside its arguments, so that tests run it in their own process. */
export type Io = {
  env: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths of the command line start from. */
  cwd: string;
  platform: NodeJS.Platform;
  stdout: (text: string) => void;
  stderr: (text: string) => void;
  /** Whether a person sits there: questions are asked, progress is shown. */
  interactive: boolean;
  /** What standard output is shown on; undefined if it goes elsewhere, into a file say. */
  screen: { rows: number; colours: boolean } | undefined;
  /** Tries to show a page on disk in the person's browser. Says nothing if there is none. Other users may see the path. */
  browse: (path: string) => void;
  /** Asks for one line; undefined when the person cancels. */
  ask: (question: string) => Promise<string | undefined>;
  /** Lets the person choose one of several answers; undefined when they cancel. */
  choose: (question: string, answers: readonly Answer[]) => Promise<string | undefined>;
  /** Asks for a secret, which is not shown while it is typed; undefined when the person cancels. */
  askSecret: (question: string) => Promise<string | undefined>;
  /** Everything on standard input, at most 64 KiB. */
  stdin: () => Promise<string>;
  now: () => Date;
  /** A number from 0 to 1 for the jitter of retries. */
  random: () => number;
  randomBytes: (length: number) => Uint8Array;
  /** Waits; shorter if `stop` is aborted. */
  sleep: (milliseconds: number, stop?: AbortSignal) => Promise<void>;
  /** Calls this instead of ending at the first Ctrl-C or another request to end; the second ends at once. Gives the way back. */
  onInterrupt: (call: () => void) => () => void;
  fetch: typeof fetch;
  /** The addresses of a name; rejects for one that nobody knows. */
  lookup: (name: string) => Promise<readonly string[]>;
  /** How the person starts the program, for advice that can be copied: `trace-share`, `npx trace-share`, … */
  startedAs: string;
};

/** One answer to choose: what is stored, and what is shown. */
export type Answer = { value: string; label: string; hint?: string };

/** The real process. */
export function processIo(): Io {
  return {
    env: process.env,
    cwd: workingFolder(process.env),
    platform: process.platform,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    screen: screenOf(process.env),
    browse,
    ask,
    choose,
    askSecret,
    stdin,
    now: () => new Date(),
    random: Math.random,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    sleep,
    onInterrupt,
    fetch,
    lookup: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
    startedAs: startedAs({
      env: process.env,
      script: process.argv[1] ?? "",
      platform: process.platform,
      read: readIfThere,
    }),
  };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // only a hint for advice: without it the bare name is said
    return undefined;
  }
}

/** `npm run trace-share` starts in the project's folder; npm says where the person is, and paths are meant from there. */
function workingFolder(env: NodeJS.ProcessEnv): string {
  return (env["npm_lifecycle_event"] === "trace-share" && env["INIT_CWD"]) || process.cwd();
}

function screenOf(env: NodeJS.ProcessEnv): Io["screen"] {
  if (!process.stdout.isTTY) return undefined;
  return { rows: process.stdout.rows || 24, colours: !env["NO_COLOR"] && env["TERM"] !== "dumb" };
}

/** The system's own way to open an address. It is no session text: nothing needs to be quoted. */
function browse(path: string): void {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", path]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", path]
        : ["xdg-open", path];
  const child = spawn(command ?? "", args, { stdio: "ignore", detached: true });
  child.on("error", () => {}); // the address was printed
  child.unref();
}

/** The prompt library is loaded only when something is asked: `--help` stays quick. */
async function ask(question: string): Promise<string | undefined> {
  const { isCancel, text } = await import("@clack/prompts");
  const answer = await text({ message: question, output: process.stderr });
  return isCancel(answer) ? undefined : answer;
}

/** What is shown may name folders and session text, so it is made safe here, once for all questions. */
async function choose(question: string, answers: readonly Answer[]): Promise<string | undefined> {
  const { isCancel, select } = await import("@clack/prompts");
  const answer = await select({
    message: safeForTerminal(question),
    options: answers.map(({ value, label, hint }) => ({
      value,
      label: safeLine(label),
      ...(hint === undefined ? {} : { hint: safeLine(hint) }),
    })),
    maxItems: 12,
    output: process.stderr,
  });
  return isCancel(answer) ? undefined : answer;
}

/** Shows a dot for each character. */
async function askSecret(question: string): Promise<string | undefined> {
  const { isCancel, password } = await import("@clack/prompts");
  const answer = await password({ message: question, output: process.stderr });
  return isCancel(answer) ? undefined : answer;
}

const MOST_INPUT = 64 * 1024;

async function stdin(): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    const piece = Buffer.from(chunk);
    bytes += piece.length;
    if (bytes > MOST_INPUT) break;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

/** One line of output for people; the only way by which text reaches standard output. */
export function say(io: Io, line = ""): void {
  io.stdout(`${safeForTerminal(line)}\n`);
}

/** A piece of a line that may stand out: in colour where there is one, in brackets otherwise. */
export type Piece = { text: string; mark?: "before" | "after" };

const COLOURS = { before: "\u001b[31m", after: "\u001b[36m" };

/** The same for text with marks. The marks are ours; each piece is made safe by itself. */
export function sayMarked(io: Io, pieces: readonly Piece[]): void {
  const shown = pieces.map(({ text, mark }) => {
    const safe = safeForTerminal(text);
    if (mark === undefined) return safe;
    return io.screen?.colours ? `${COLOURS[mark]}\u001b[7m${safe}\u001b[0m` : `⟦${safe}⟧`;
  });
  io.stdout(`${shown.join("")}\n`);
}

/** One line beside the output: advice, warnings, errors. */
export function note(io: Io, line: string): void {
  io.stderr(`${safeForTerminal(line)}\n`);
}

/** Why it ended, on one line: it may quote a platform, whose line feeds must not pass for lines of ours. */
export function complain(io: Io, message: string): void {
  note(io, `trace-share: ${safeLine(message)}`);
}

/** What to do next: whole command lines as this person has to type them, or settings, each on a line of its own. */
export function advise(io: Io, nextSteps: readonly string[]): void {
  for (const step of nextSteps) note(io, `Next: ${safeLine(asTyped(step, io))}`);
}

/** One JSON document on standard output; command lines in its `next_steps` are as this person has to type them. */
export function sayJson(io: Io, value: unknown): void {
  io.stdout(`${safeJson(withTypedSteps(io, value), 2)}\n`);
}

function withTypedSteps(io: Io, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("next_steps" in value)) return value;
  const { next_steps: steps } = value;
  return Array.isArray(steps)
    ? { ...value, next_steps: steps.map((step) => asTyped(String(step), io)) }
    : value;
}

/** `insist` shows what must not be skipped. */
export type Progress = { update(text: string): void; insist(text: string): void; end(): void };

/** A line on standard error that rewrites itself, ten times a second at most; nothing when nobody watches. */
export function progress(io: Io): Progress {
  let shownAt = 0;
  let shown = false;
  const show = (text: string) => {
    if (!io.interactive) return;
    shownAt = io.now().getTime();
    shown = true;
    io.stderr(`\r\u001b[2K${safeForTerminal(text)}`);
  };
  return {
    update(text) {
      if (io.now().getTime() - shownAt >= 100) show(text);
    },
    insist: show,
    end() {
      if (shown) io.stderr("\r\u001b[2K");
      shown = false;
    },
  };
}
