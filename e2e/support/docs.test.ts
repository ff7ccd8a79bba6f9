import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { runCli } from "#cli/program.ts";
import type { Io } from "#cli/io/terminal.ts";
import { operatorCommands } from "#workers/operator/program.ts";
import { documents, repositoryFiles } from "./repository-files.ts";

const ROOT = resolve(import.meta.dirname, "..", "..");
const DOCUMENTS = documents(ROOT);

type Mention = { path: string; text: string };

/** Every match of a pattern's first group in the documents. */
function mentions(pattern: RegExp): Mention[] {
  return DOCUMENTS.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].map((match) => ({ path, text: (match[1] ?? "").trim() })),
  );
}

/** Anchors of a page as the usual renderers make them: lower case, no punctuation, blanks as hyphens. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map((match) =>
    (match[1] ?? "")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function problemOfLink({ path, text: link }: Mention): string[] {
  const [target = "", anchor] = link.split("#");
  const file = target === "" ? path : normalize(join(dirname(path), decodeURIComponent(target)));
  if (!existsSync(join(ROOT, file))) return [`${path}: ${link} does not exist`];
  if (anchor === undefined || !file.endsWith(".md")) return [];
  const anchors = anchorsOf(readFileSync(join(ROOT, file), "utf8"));
  return anchors.includes(anchor) ? [] : [`${path}: ${link} names no heading`];
}

/** Words of a command line up to the first argument in capitals, and its options. */
function partsOf(line: string): { words: string[]; options: string[] } {
  const tokens = line.split(/\s+/).filter(Boolean);
  const end = tokens.findIndex((token) => !/^[a-z][a-z-]*$/.test(token));
  return {
    words: end < 0 ? tokens : tokens.slice(0, end),
    options: tokens.filter((token) => /^--[a-z]/.test(token)),
  };
}

function adminProgram(): Command {
  const program = new Command("admin");
  operatorCommands(program);
  return program;
}

function problemOfAdmin({ path, text }: Mention): string[] {
  const { words, options } = partsOf(text);
  let command = adminProgram();
  for (const word of words) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    // what follows a command that takes arguments is one of them
    if (!next && command.registeredArguments.length > 0) break;
    if (!next) return [`${path}: there is no operator command "${words.join(" ")}"`];
    command = next;
  }
  const known = command.options.map((option) => option.long);
  return options
    .filter((option) => option !== "--help" && !known.includes(option))
    .map((option) => `${path}: "${words.join(" ")}" takes no ${option}`);
}

async function problemOfCli({ path, text }: Mention): Promise<string[]> {
  const { words, options } = partsOf(text);
  let help = "";
  const io = {
    stdout: (said: string) => (help += said),
    stderr: () => {},
    env: {},
    startedAs: "trace-share",
  };
  // --help asks for nothing but these four
  await runCli([...words, "--help"], io as unknown as Io);
  if (!help.includes(`Usage: ${["trace-share", ...words].join(" ")} `))
    return [`${path}: there is no command "trace-share ${words.join(" ")}"`];
  return options
    .filter((option) => !help.includes(option))
    .map((option) => `${path}: "trace-share ${words.join(" ")}" takes no ${option}`);
}

describe("the documents", () => {
  it("link to files and headings that exist", () => {
    const links = mentions(/\]\((?!https?:|mailto:)([^)\s]+)\)/g);
    expect(links.length).toBeGreaterThan(50);
    expect(links.flatMap(problemOfLink)).toEqual([]);
  });

  it("name only scripts of package.json", () => {
    const manifest: unknown = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(manifest);
    const named = mentions(/npm run (?:-s )?([a-z][a-z:-]*)/g);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(({ text }) => !(text in scripts))).toEqual([]);
  });

  it("name only operator commands and options that exist", () => {
    const named = mentions(/npm run (?:-s )?admin -- ([^`\n#)|]+)/g).filter(({ text }) => text !== "COMMAND");
    expect(named.length).toBeGreaterThan(20);
    expect(named.flatMap(problemOfAdmin)).toEqual([]);
  });

  it("name only commands and options of the command line that exist", async () => {
    // prose says `trace-share` of the project too: a command is what a known word follows
    const verbs =
      "consent|run|sanitize|revoke|status|sources|keys|snapshot|login|logout|whoami|reset|completion|review|projects|scan|publish";
    const inCode = mentions(new RegExp(`[\`\n]trace-share ((?:${verbs})[^\`\n#|]*)`, "g"));
    const named = [...inCode, ...mentions(/npm run (?:-s )?trace-share -- ([^`\n#)|]+)/g)];
    expect(named.length).toBeGreaterThan(8);
    expect((await Promise.all(named.map(problemOfCli))).flat()).toEqual([]);
  });

  it("are there where the code cites them", () => {
    const sources = repositoryFiles(ROOT).filter((path) => /\.(?:ts|tsx|mjs|json|sql)$/.test(path));
    const cited = sources.flatMap((path) =>
      [...readFileSync(join(ROOT, path), "utf8").matchAll(/\bdocs\/[\w/-]+\.md\b/g)].map(([page]) => page),
    );
    expect(cited.length).toBeGreaterThan(10);
    expect([...new Set(cited)].filter((page) => !existsSync(join(ROOT, page)))).toEqual([]);
  });
});
