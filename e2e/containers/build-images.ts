import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { contextFiles } from "./build-context.ts";
import { ROOT } from "./compose-file.ts";
import { type Instruction, readDockerfile, type Stage } from "./dockerfile.ts";

/** A stage as a folder: what its image would hold beside the image it begins with. */
export type BuiltStage = {
  folder: string;
  workdir: string;
  env: Record<string, string>;
  command: readonly string[];
};

type Build = { into: string; onLog(line: string): void };

/**
 * Takes the steps of the Dockerfile's named stages and of those they copy from, without a container engine: COPY and RUN in a folder
 * for each stage, with the Node of this process and the npm of this machine. Throws with the program's own words where a step fails.
 */
export function buildImages(names: readonly string[], build: Build): ReadonlyMap<string, BuiltStage> {
  const stages = new Map(readDockerfile().map((stage) => [stage.name, stage]));
  const built = new Map<string, BuiltStage>();
  const make = (name: string): void => {
    const stage = stages.get(name);
    if (!stage) throw new Error(`the Dockerfile has no stage ${name}`);
    if (built.has(name)) return;
    for (const source of sourcesOf(stage)) make(source);
    built.set(name, buildStage(stage, { ...build, built }));
  };
  for (const name of names) make(name);
  return built;
}

function sourcesOf({ instructions }: Stage): string[] {
  return instructions.flatMap(({ rest }) => /--from=(\S+)/.exec(rest)?.[1] ?? []);
}

type Making = Build & { built: ReadonlyMap<string, BuiltStage> };

function buildStage(stage: Stage, making: Making): BuiltStage {
  const made = { folder: join(making.into, stage.name), workdir: "/", env: {}, command: [] as string[] };
  const args: Record<string, string> = {};
  mkdirSync(made.folder, { recursive: true });
  for (const instruction of stage.instructions) {
    const { keyword, rest } = instruction;
    if (keyword === "WORKDIR") {
      made.workdir = rest;
      mkdirSync(join(made.folder, rest), { recursive: true });
    } else if (keyword === "ARG") Object.assign(args, readEnv(rest));
    else if (keyword === "ENV") Object.assign(made.env, readEnv(withArguments(rest, args)));
    else if (keyword === "CMD")
      made.command = JSON.parse(rest) as string[]; // a list: dockerfile.test.ts
    else if (keyword === "RUN") run(rest, made, making);
    else if (keyword === "COPY") copy(instruction, made, making);
  }
  return made;
}

function readEnv(rest: string): Record<string, string> {
  return Object.fromEntries(rest.split(" ").map((pair) => pair.split("=", 2) as [string, string])); // NAME=value, no spaces
}

/** With the defaults: an argument of the Dockerfile is none of this machine's. */
function withArguments(text: string, args: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$([A-Z_]+)/g, (_, name: string) => args[name] ?? "");
}

function run(command: string, { folder, workdir, env }: BuiltStage, { onLog }: Build): void {
  const began = Date.now();
  const path = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const kept = Object.entries(process.env).filter(([name]) =>
    /^(?:HOME|LANG|TMPDIR|http_proxy|https_proxy|SSL_)/.test(name),
  );
  const result = spawnSync("sh", ["-c", command], {
    cwd: join(folder, workdir),
    env: { ...Object.fromEntries(kept), NODE_ENV: "development", PATH: path, ...env },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const seconds = Math.round((Date.now() - began) / 1000);
  if (result.status !== 0) throw new Error(`RUN ${command}\n${result.stdout}${result.stderr}`);
  onLog(`RUN ${command.slice(0, 60)} (${seconds} s)`);
}

function copy({ rest, text }: Instruction, made: BuiltStage, { built }: Making): void {
  const words = rest.split(" ").filter((word) => !word.startsWith("--"));
  const destination = words.at(-1) ?? "";
  const target = destination.startsWith("/")
    ? join(made.folder, destination)
    : join(made.folder, made.workdir, destination);
  if (text !== undefined) return write(target, text);
  const [, from] = /--from=(\S+)/.exec(rest) ?? [];
  const stage = from === undefined ? undefined : built.get(from);
  for (const source of words.slice(0, -1)) {
    if (from === undefined) copyContext(source, target);
    else if (stage) copyFrom(join(stage.folder, source), target);
  }
}

/** A folder's contents go into the target, as Docker has it; a file goes into a target that ends in a slash. */
function copyFrom(source: string, target: string): void {
  if (!existsSync(source)) throw new Error(`COPY: ${source} is not there`);
  cpSync(source, target, { recursive: true, verbatimSymlinks: true });
}

function copyContext(source: string, target: string): void {
  const files = contextFiles().filter(
    (file) => source === "." || file === source || file.startsWith(`${source}/`),
  );
  if (files.length === 0) throw new Error(`COPY: nothing is sent of ${source}`);
  for (const file of files) {
    const inside =
      source === "."
        ? file
        : file === source
          ? (file.split("/").at(-1) ?? file)
          : file.slice(source.length + 1);
    const place = file === source && !target.endsWith("/") ? target : join(target, inside);
    mkdirSync(dirname(place), { recursive: true });
    cpSync(join(ROOT, file), place);
  }
}

function write(target: string, text: string): void {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}

/** Nobody may write in the folder any more, as in a container whose root is read-only; folders can still be entered. */
export function makeReadOnly(folder: string): void {
  const result = spawnSync("chmod", ["-R", "a-w,a+rX", folder]);
  if (result.status !== 0) throw new Error("chmod failed");
  chmodSync(folder, statSync(folder).mode & 0o555);
}
