import type { SessionEntry } from "#lib/domain/sources/session.ts";
import { editsOf, pathOf, stringsOf } from "./edits.ts";

/** File endings of languages that people filter by. Data and prose formats say nothing about the task and are left out. */
const LANGUAGES: Readonly<Record<string, readonly string[]>> = {
  c: ["c", "h"],
  cpp: ["cc", "cpp", "cxx", "hpp", "hh"],
  csharp: ["cs"],
  css: ["css", "scss", "less"],
  dart: ["dart"],
  elixir: ["ex", "exs"],
  go: ["go"],
  haskell: ["hs"],
  html: ["html", "htm"],
  java: ["java"],
  javascript: ["js", "jsx", "mjs", "cjs"],
  kotlin: ["kt", "kts"],
  lua: ["lua"],
  php: ["php"],
  python: ["py", "pyi", "ipynb"],
  ruby: ["rb"],
  rust: ["rs"],
  scala: ["scala"],
  shell: ["sh", "bash", "zsh"],
  sql: ["sql"],
  svelte: ["svelte"],
  swift: ["swift"],
  terraform: ["tf"],
  typescript: ["ts", "tsx", "mts", "cts"],
  vue: ["vue"],
  zig: ["zig"],
};

const BY_ENDING: ReadonlyMap<string, string> = new Map(
  Object.entries(LANGUAGES).flatMap(([language, endings]) =>
    endings.map((ending) => [ending, language] as const),
  ),
);
/** The end of a file name on a command line. Short and anchored: commands can be very long. */
const NAMED_FILE = /[\w@%+-]\.([a-z]{1,6})(?=$|[\s'":;,)])/g;

/** The languages of the files that a window's calls edit, read or name on a command line; sorted, without repeats. */
export function languagesOf(entries: readonly SessionEntry[]): string[] {
  const found = new Set<string>();
  for (const entry of entries) {
    if (entry.kind !== "tool_call" || entry.args === undefined) continue;
    for (const ending of endingsOf(entry)) {
      const language = BY_ENDING.get(ending);
      if (language !== undefined) found.add(language);
    }
  }
  return [...found].sort();
}

function endingsOf(call: Extract<SessionEntry, { kind: "tool_call" }>): string[] {
  const path = call.args === undefined ? undefined : pathOf(call.args);
  const paths = [...editsOf(call).map((edit) => edit.path), ...(path === undefined ? [] : [path])];
  const named = paths.flatMap((name) => /\.([A-Za-z]{1,6})$/.exec(name)?.[1]?.toLowerCase() ?? []);
  if (call.toolKind !== "shell" || call.args === undefined) return named;
  const commands = stringsOf(call.args).filter((text) => !text.includes("*** Begin Patch"));
  return [
    ...named,
    ...commands.flatMap((text) => [...text.matchAll(NAMED_FILE)].map((match) => match[1] ?? "")),
  ];
}
