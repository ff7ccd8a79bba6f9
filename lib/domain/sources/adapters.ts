import { parseClaudeCode } from "./claude-code.ts";
import { parseCodexCli } from "./codex-cli.ts";
import type { ParsedSession, SourceId } from "./session.ts";

/**
 * A folder that a source keeps sessions in: `folder` below the agent's own home, which is the value of the variable `env`
 * where that is set, else `home` below the user's. Always written with `/`.
 */
export type SourceRoot = { home: string; env?: string; folder: string };

/** A built-in source: where its files are, and how the text of one becomes a session. */
export type SourceAdapter<Id extends string = SourceId> = {
  id: Id;
  displayName: string;
  roots: readonly SourceRoot[];
  /** Patterns below a root: `*` stays within a folder, `**` does not. */
  globs: readonly string[];
  format: "jsonl";
  parserHint: string;
  /** `file` is the file's path or name: it tells whose session a copied transcript is. */
  parse(text: string, file: string): ParsedSession;
};

/** The sources that are read without being configured; registry/sources.toml names the same (a test compares them). */
export const ADAPTERS = {
  codex_cli: {
    id: "codex_cli",
    displayName: "Codex CLI",
    roots: [
      { home: ".codex", env: "CODEX_HOME", folder: "sessions" },
      { home: ".codex", env: "CODEX_HOME", folder: "archived_sessions" },
    ],
    globs: ["**/rollout-*.jsonl"],
    format: "jsonl",
    parserHint: "codex_cli_v1",
    parse: (text) => parseCodexCli(text),
  },
  claude_code: {
    id: "claude_code",
    displayName: "Claude Code",
    roots: [
      { home: ".claude", env: "CLAUDE_CONFIG_DIR", folder: "projects" },
      { home: ".config/claude", folder: "projects" },
    ],
    globs: ["*/*.jsonl", "*/*/subagents/**/agent-*.jsonl"],
    format: "jsonl",
    parserHint: "claude_code_v1",
    parse: (text, file) => parseClaudeCode(text, { fileName: file }),
  },
} as const satisfies { [Id in SourceId]: SourceAdapter<Id> };
