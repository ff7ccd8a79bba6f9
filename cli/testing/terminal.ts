import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CURRENT_CONSENT } from "#lib/domain/registry.ts";
import { runCli } from "#cli/program.ts";
import type { Io } from "#cli/io/terminal.ts";
import { keepSaid } from "./said.ts";

export type Ran = { code: number; stdout: string; stderr: string };

/** A contributor on a machine of their own: a home folder, an environment, and the program run in this process. */
export type Contributor = {
  home: string;
  stateHome: string;
  env: Record<string, string>;
  /** Waits that the program asked for, in milliseconds; none of them is really waited. */
  waits: number[];
  /** Everything that was ever printed, for searches. */
  printed(): string;
  run(...argv: string[]): Promise<Ran>;
  /** The same with somebody at the terminal who types this. */
  runTyping(answer: string | undefined, ...argv: string[]): Promise<Ran>;
  /** The same with somebody who chooses these answers, one after the other, and then cancels. */
  runChoosing(answers: readonly string[], ...argv: string[]): Promise<Ran>;
  /** The address that the program opens next in the browser. */
  browsed(): Promise<string>;
  /** Presses Ctrl-C, if the program listens for it just now. */
  interrupt(): void;
  /** What the program shows things on when somebody sits there. */
  screen: { rows: number; colours: boolean };
  /** Somebody sits there, but standard output goes into a file. */
  pipesOutput: boolean;
  /** Both: every question for a line gets this answer. */
  runTypingAndChoosing(answer: string, choices: readonly string[], ...argv: string[]): Promise<Ran>;
  /** Questions that were asked to be chosen from, with the labels of their answers. */
  questions: string[];
  /** How the program reaches others. */
  fetch: typeof fetch;
  /** The addresses of a name, as this person's machine knows them. */
  lookup: (name: string) => Promise<readonly string[]>;
  /** Called when the program waits. */
  onSleep: () => void;
  /** How the program believes to be started. */
  startedAs: string;
  /** The same in a script that hands this over on standard input. */
  runPiping(input: string, ...argv: string[]): Promise<Ran>;
  consent(): Promise<Ran>;
  /** Consents, and affirms the right for the projects of the sessions in testing/sessions.ts. */
  join(): Promise<void>;
  remove(): void;
};

/** The program's clock in tests: long after the sessions, so that they are idle. */
export const TEST_NOW = new Date("2026-11-22T12:00:00.000Z");

export function contributor(): Contributor {
  const folder = mkdtempSync(join(tmpdir(), "trace-share-cli-"));
  // not `home`: what the program says of it would read like somebody's home folder
  const home = join(folder, "person");
  mkdirSync(home);
  const stateHome = join(home, ".trace-share");
  const env: Record<string, string> = { HOME: home };
  const waits: number[] = [];
  const output: string[] = [];
  const questions: string[] = [];
  let piped = "";
  const screen = { rows: 1_000, colours: false };
  const stops = new Set<() => void>();
  let browsing = Promise.withResolvers<string>();
  const start = async (
    argv: string[],
    typed: { answer?: string | undefined; choices?: string[] } | undefined,
  ): Promise<Ran> => {
    let stdout = "";
    let stderr = "";
    const looksBack = typed?.choices?.includes("before") === true;
    const io: Io = {
      env,
      cwd: folder,
      platform: "linux",
      stdout: (text) => void (stdout += text),
      stderr: (text) => void (stderr += text),
      interactive: typed !== undefined,
      screen: typed === undefined || person.pipesOutput ? undefined : screen,
      browse: (url) => browsing.resolve(url),
      onInterrupt: (stop) => {
        stops.add(stop);
        return () => void stops.delete(stop);
      },
      ask: async () => typed?.answer,
      choose: async (question, answers) => {
        questions.push([question, ...answers.map(({ label, hint }) => `${label} ${hint ?? ""}`)].join("\n"));
        const wanted = typed?.choices?.shift();
        if (wanted === undefined) return undefined;
        const answer = answers.find(({ value }) => value === wanted) ?? answers[Number(wanted)];
        if (!answer) throw new Error(`no such answer to "${question}": ${wanted}`);
        return answer.value;
      },
      askSecret: async () => typed?.answer,
      stdin: async () => piped,
      // waiting takes its time, though nobody waits for it
      now: () => new Date(TEST_NOW.getTime() + waits.reduce((sum, wait) => sum + wait, 0)),
      random: () => 0,
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      sleep: async (milliseconds) => {
        waits.push(milliseconds);
        person.onSleep();
      },
      fetch: (input, init) => person.fetch(input, init),
      lookup: (name) => person.lookup(name),
      startedAs: person.startedAs,
    };
    browsing = Promise.withResolvers();
    const code = await runCli(argv, io);
    output.push(stdout, stderr);
    // what was taken out is shown on the person's own screen when they ask for it, and nowhere else
    keepSaid("cli", looksBack ? "" : stdout, stderr);
    return { code, stdout, stderr };
  };
  const consent = () =>
    start(["consent", "init", "--license", "CC0-1.0", "--accept-text", CURRENT_CONSENT.version], undefined);
  const person: Contributor = {
    startedAs: "trace-share",
    onSleep: () => undefined,
    fetch,
    lookup: async (name) => (name === "localhost" ? ["127.0.0.1"] : Promise.reject(new Error("not known"))),
    home,
    stateHome,
    env,
    waits,
    questions,
    screen,
    pipesOutput: false,
    browsed: () => browsing.promise,
    interrupt: () => {
      for (const stop of stops) stop();
    },
    printed: () => output.join("\n"),
    run: (...argv) => start(argv, undefined),
    runTyping: (answer, ...argv) => start(argv, { answer }),
    runTypingAndChoosing: (answer, choices, ...argv) => start(argv, { answer, choices: [...choices] }),
    runChoosing: (answers, ...argv) => start(argv, { choices: [...answers] }),
    consent,
    join: async () => {
      await consent();
      await start(["projects", "allow", "/home"], undefined);
    },
    runPiping: (input, ...argv) => {
      piped = input;
      return start(argv, undefined);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  return person;
}
