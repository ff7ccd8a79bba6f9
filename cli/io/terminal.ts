import { setTimeout as wait } from "node:timers/promises";
import { safeForTerminal, safeJson } from "./safe-text.ts";

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
  /** Asks for one line; undefined when the person cancels. */
  ask: (question: string) => Promise<string | undefined>;
  now: () => Date;
  /** A number from 0 to 1 for the jitter of retries. */
  random: () => number;
  randomBytes: (length: number) => Uint8Array;
  sleep: (milliseconds: number) => Promise<void>;
  fetch: typeof fetch;
};

/** The real process. */
export function processIo(): Io {
  return {
    env: process.env,
    cwd: workingFolder(process.env),
    platform: process.platform,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    ask,
    now: () => new Date(),
    random: Math.random,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    sleep: (milliseconds) => wait(milliseconds),
    fetch,
  };
}

/** `npm run trace-share` starts in the project's folder; npm says where the person is, and paths are meant from there. */
function workingFolder(env: NodeJS.ProcessEnv): string {
  return (env["npm_lifecycle_event"] === "trace-share" && env["INIT_CWD"]) || process.cwd();
}

/** The prompt library is loaded only when something is asked: `--help` stays quick. */
async function ask(question: string): Promise<string | undefined> {
  const { isCancel, text } = await import("@clack/prompts");
  const answer = await text({ message: question, output: process.stderr });
  return isCancel(answer) ? undefined : answer;
}

/** One line of output for people; the only way by which text reaches standard output. */
export function say(io: Io, line = ""): void {
  io.stdout(`${safeForTerminal(line)}\n`);
}

/** One line beside the output: advice, warnings, errors. */
export function note(io: Io, line: string): void {
  io.stderr(`${safeForTerminal(line)}\n`);
}

/** One JSON document on standard output. */
export function sayJson(io: Io, value: unknown): void {
  io.stdout(`${safeJson(value, 2)}\n`);
}

export type Progress = { update(text: string): void; end(): void };

/** A line on standard error that rewrites itself, ten times a second at most; nothing when nobody watches. */
export function progress(io: Io): Progress {
  let shownAt = 0;
  let shown = false;
  return {
    update(text) {
      const now = io.now().getTime();
      if (!io.interactive || now - shownAt < 100) return;
      shownAt = now;
      shown = true;
      io.stderr(`\r\u001b[2K${safeForTerminal(text)}`);
    },
    end() {
      if (shown) io.stderr("\r\u001b[2K");
      shown = false;
    },
  };
}
