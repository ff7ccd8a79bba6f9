import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./compose-file.ts";

/** One line of a Dockerfile with its continuations joined, and what stands in its heredoc. */
export type Instruction = { keyword: string; rest: string; text: string | undefined };
export type Stage = { name: string; image: string; instructions: Instruction[] };

/** The stages of a Dockerfile; the repository's without an argument. */
export function readDockerfile(text = readFileSync(join(ROOT, "Dockerfile"), "utf8")): Stage[] {
  const stages: Stage[] = [];
  for (const instruction of instructionsOf(text)) {
    if (instruction.keyword !== "FROM") {
      stages.at(-1)?.instructions.push(instruction);
      continue;
    }
    const [, image = "", name = ""] = /^(\S+) AS (\S+)$/.exec(instruction.rest) ?? [];
    stages.push({ name, image, instructions: [] });
  }
  return stages;
}

function instructionsOf(text: string): Instruction[] {
  const found: Instruction[] = [];
  const lines = text.split("\n").values();
  for (const first of lines) {
    if (first.trim() === "" || first.startsWith("#")) continue;
    let line = first;
    while (line.endsWith("\\")) line = line.slice(0, -1) + (lines.next().value ?? "").trim();
    const [, keyword = "", rest = ""] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
    found.push({ keyword, rest, text: heredocOf(rest, lines) });
  }
  return found;
}

function heredocOf(rest: string, lines: Iterator<string>): string | undefined {
  const [, end] = /<<'([A-Z]+)'/.exec(rest) ?? [];
  if (end === undefined) return undefined;
  const body: string[] = [];
  for (let next = lines.next(); !next.done && next.value !== end; next = lines.next()) body.push(next.value);
  return `${body.join("\n")}\n`;
}

/** The values of one keyword in a stage, in their order. */
export function valuesOf(stage: Stage | undefined, keyword: string): string[] {
  return (stage?.instructions ?? []).filter((one) => one.keyword === keyword).map(({ rest }) => rest);
}
